// The rules as text. A refusal names the line, shows it and puts the cursor there; a draft outlives the page.
import { $, element, onLanguage, problemText, setText, store, word } from '/shared/core.js';

const DRAFT = 'paihao.profile-draft';

export function startProfile(ask, taken) {
  const text = $('#profile-text');
  const name = $('#profile-name');
  let inUse = null; // {profile, text}
  let profiles = [];
  let before = null; // what stood there before another profile was loaded
  let answer = null; // () => nodes
  let isSending = false;

  const draw = () => {
    const isDraft = inUse && (text.value !== inUse.text || name.value !== inUse.profile);
    setText($('#profile-now'), inUse ? word('profile-now', { name: inUse.profile }) + (isDraft ? word('profile-draft') : '') : '');
    $('#profile-back').hidden = before === null;
    const picked = $('#profile-pick').value;
    $('#profile-pick').replaceChildren(...profiles.map((each) => new Option(`${each.name} · ${word('language') === 'English' ? each.title.zh : each.title.en}`, each.name)));
    if (picked) $('#profile-pick').value = picked;
    $('#profile-answer').replaceChildren(...(answer ? answer() : []));
    setText($('#profile-save'), isSending ? `… ${word('sending')}` : word('profile-save'));
  };
  const put = (profile, content) => { name.value = profile; text.value = content; };
  const keep = () => store.set(DRAFT, JSON.stringify({ profile: name.value, text: text.value }));
  const drop = () => store.set(DRAFT, '');
  const say = (kind, nodes) => { $('#profile-answer').dataset.kind = kind; answer = nodes; text.setAttribute('aria-invalid', String(kind === 'failed')); };

  // The line that is meant: shown, and chosen in the field.
  const point = (line) => {
    const lines = text.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || '').length);
    text.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(text).lineHeight));
  };
  const refuse = (got) => {
    const line = got.data && got.data.line;
    const what = (got.data && line ? (text.value.split('\n')[line - 1] || '') : '');
    say('failed', () => {
      const message = problemText(got);
      const nodes = [element('p', '', `✕ ${line ? `${word('profile-line', { line })}: ` : ''}${message.first}`), element('p', 'other', message.second)];
      if (line) nodes.push(element('code', 'fault-line', `${line}  ${what}`));
      return nodes;
    });
    draw();
    if (line) point(line);
  };
  const save = async () => {
    if (isSending) return;
    isSending = true;
    say('', null);
    draw();
    const got = await ask('/api/v1/rules', { method: 'POST', body: { profile: name.value.trim(), text: text.value } });
    isSending = false;
    if (got && got.status === 200) {
      inUse = got.data;
      before = null;
      drop();
      taken(got.data);
      say('done', () => [element('p', '', `✓ ${word('profile-saved', { name: inUse.profile })}`)]);
      draw();
    } else if (got) refuse(got); else draw();
  };
  const load = async () => {
    const [rules, list] = [await ask('/api/v1/rules'), await ask('/api/v1/profiles')];
    if (!rules || rules.status !== 200 || !list || list.status !== 200) return;
    inUse = rules.data;
    profiles = list.data;
    taken(rules.data);
    let draft = null;
    try { draft = JSON.parse(store.get(DRAFT) || 'null'); } catch { /* not ours */ }
    if (draft && typeof draft.text === 'string') put(String(draft.profile), draft.text);
    else put(inUse.profile, inUse.text);
    draw();
  };

  $('#profile-load').addEventListener('click', () => {
    const picked = profiles.find((each) => each.name === $('#profile-pick').value);
    if (!picked) return;
    before = { profile: name.value, text: text.value };
    put(picked.name, picked.text);
    keep();
    say('', null);
    draw();
  });
  $('#profile-back').addEventListener('click', () => {
    put(before.profile, before.text);
    before = null;
    keep();
    draw();
  });
  for (const field of [text, name]) field.addEventListener('input', () => { keep(); draw(); });
  $('#profile-form').addEventListener('submit', (event) => { event.preventDefault(); save(); });
  onLanguage(draw);
  return { show: (isFirst) => { if (isFirst && !inUse) load(); } };
}
