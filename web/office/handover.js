// Hand-over: a package for the agency and one for the school, made one at a time. Whatever goes wrong, nothing is lost and
// the button is there again. A passphrase comes once; it stays on this page until somebody says that it is written down.
import {
  $, NoAnswer, command, element, isEnglish, onLanguage, problemText, setText, word,
} from '/shared/core.js';

const KINDS = ['agency', 'school'];
const RUNNING = ['making', 'packing', 'checking'];
const LOOK_MS = 700;
const DOWNLOAD = '-';

const size = (bytes) => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) { value /= 1000; at += 1; }
  return `${at && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
};
const span = (seconds) => (seconds < 60 ? word('handover-seconds', { count: seconds }) : word('handover-minutes', { count: Math.ceil(seconds / 60) }));

export function startHandover(ask) {
  const root = $('#handover');
  const words = new Map(); // id of a job -> its passphrase, until it is written down
  let data = null; // the server's last answer
  let failure = null; // the answer that refused a start
  let lost = false;
  let busy = ''; // the kind that is being asked for
  let timer = 0;

  // ---- what stands for ever: the two forms. What changes is drawn into their places.
  const choice = (kind, form, checked) => {
    const label = element('label', 'handover-choice');
    const input = element('input');
    Object.assign(input, { type: 'radio', name: `form-${kind}`, value: form, checked });
    const text = element('span');
    text.dataset.word = `handover-${form}`;
    label.append(input, text);
    return label;
  };
  const panel = (kind) => {
    const form = element('form', 'handover-kind');
    form.id = `handover-${kind}`;
    form.noValidate = true;
    const title = element('h3');
    title.dataset.word = `handover-${kind}`;
    const what = element('p');
    what.dataset.word = `handover-${kind}-what`;
    const last = element('p', 'handover-last');
    const set = element('fieldset', 'row');
    const legend = element('legend');
    legend.dataset.word = 'handover-form';
    set.append(legend, choice(kind, 'zip', true), choice(kind, 'folder', false));
    const row = element('div', 'row');
    const label = element('label');
    label.htmlFor = `target-${kind}`;
    label.dataset.word = 'handover-where';
    const target = element('select');
    target.id = `target-${kind}`;
    row.append(label, target);
    const start = element('button', 'main-button');
    start.type = 'submit';
    start.dataset.start = kind;
    form.append(title, what, last, set, row, start);
    return form;
  };
  const state = element('div', 'handover-state');
  const jobs = element('div', 'handover-jobs');
  const spoken = element('p', 'handover-spoken');
  spoken.setAttribute('role', 'status');
  const others = element('div', 'handover-jobs');
  root.append(spoken, state, jobs, ...KINDS.map(panel), others); // a passphrase is seen without scrolling

  const formOf = (kind) => $(`input[name="form-${kind}"]:checked`, root).value;
  const running = () => (data ? data.jobs.find((job) => RUNNING.includes(job.state)) : null);

  const drawForm = (kind) => {
    const select = $(`#target-${kind}`, root);
    const picked = select.value;
    const places = data ? data.targets.map((each) => new Option(word('handover-stick', { folder: each.folder, room: each.room === null ? '?' : size(each.room) }), each.folder)) : [];
    if (formOf(kind) === 'zip') places.unshift(new Option(word('handover-download'), DOWNLOAD));
    const isSame = places.length === select.options.length && places.every((each, at) => each.value === select.options[at].value && each.text === select.options[at].text);
    if (!isSame) {
      select.replaceChildren(...places);
      if (places.some((each) => each.value === picked)) select.value = picked;
    }
    select.disabled = !places.length;
    const at = data ? data[`${kind}_seq`] : 0;
    const newer = data ? data.content_seq - at : 0;
    const last = $(`#handover-${kind} .handover-last`, root);
    last.dataset.kind = at && newer <= 0 ? 'good' : 'wait';
    setText(last, !data ? '' : !at ? `○ ${word('handover-never')}` : newer > 0 ? `⚠ ${word('handover-newer', { seq: at })}` : `✓ ${word('handover-current', { seq: at })}`);
    const button = $(`[data-start="${kind}"]`, root);
    const canStart = places.length > 0 && !running() && !busy;
    button.setAttribute('aria-disabled', String(!canStart));
    setText(button, busy === kind ? `… ${word('sending')}` : places.length ? word('handover-start') : word('handover-no-stick'));
  };

  const progress = (job) => {
    const box = element('div', 'handover-progress');
    const bar = element('progress');
    bar.max = 100;
    bar.value = job.total ? Math.floor((job.done / job.total) * 100) : 0;
    bar.setAttribute('aria-label', `${word(`handover-${job.kind}`)}: ${word(`handover-is-${job.state}`)}`);
    const facts = [word(`handover-is-${job.state}`), `${bar.value} %`];
    if (job.rate) facts.push(`${size(job.rate)}/s`);
    if (job.remaining_s !== null) facts.push(word('handover-remaining', { time: span(job.remaining_s) }));
    const stop = element('button', '', word('handover-cancel'));
    stop.type = 'button';
    stop.dataset.cancel = '';
    box.append(bar, element('p', 'handover-facts', facts.join(' · ')), stop);
    return box;
  };
  const secret = (job) => {
    const box = element('div', 'handover-secret');
    const text = element('code', 'handover-passphrase', words.get(job.id));
    text.tabIndex = 0;
    text.setAttribute('aria-label', word('handover-passphrase'));
    const row = element('div', 'row');
    for (const [name, key] of [['copy', 'handover-copy'], ['written', 'handover-written']]) {
      const button = element('button', '', word(key));
      button.type = 'button';
      button.dataset[name] = job.id;
      row.append(button);
    }
    box.append(element('p', 'handover-warning', `⚠ ${word('handover-write-down')}`), text, row);
    return box;
  };
  const outcome = (job) => {
    const list = element('ul', 'handover-outcome');
    const line = (key, text) => { const item = element('li', '', `${word(key)} `); item.append(element('strong', '', text)); list.append(item); };
    line('handover-name', job.name);
    line('handover-place', job.folder || word('handover-download'));
    line('handover-position', String(job.seq));
    line('handover-size', word('handover-files', { size: size(job.bytes), count: job.files }));
    line('handover-digest', job.digest);
    return list;
  };
  const drawJob = (job) => {
    const box = element('section', 'handover-job');
    box.dataset.state = job.state;
    box.dataset.job = job.id;
    const signs = { done: '✓', failed: '✕', cancelled: '○' };
    box.append(element('h3', '', `${signs[job.state] || '…'} ${word(`handover-${job.kind}`)} · ${word(`handover-is-${job.state}`)}`));
    if (RUNNING.includes(job.state)) box.append(progress(job));
    if (words.has(job.id)) box.append(secret(job));
    if (job.state === 'done') box.append(outcome(job));
    if (job.download && data.packages.some((each) => each.download === job.download)) {
      const link = element('a', 'button', word('handover-get', { name: job.name }));
      link.href = job.download;
      link.download = job.name;
      box.append(link);
    }
    if (job.problem) {
      const say = element('p', 'message', `✕ ${isEnglish() ? job.problem.message.en : job.problem.message.zh}`);
      say.dataset.kind = 'failed';
      box.append(say);
      if (job.state === 'failed') box.append(element('p', '', word('handover-again')));
    }
    return box;
  };
  const kept = () => {
    const mine = new Set(data.jobs.map((job) => job.download));
    const rest = data.packages.filter((each) => !mine.has(each.download));
    if (!rest.length) return [];
    const list = element('ul', 'handover-kept');
    for (const each of rest) {
      const item = element('li');
      const link = element('a', 'button', `${each.name} · ${size(each.size)}`);
      link.href = each.download;
      link.download = each.name;
      item.append(link);
      list.append(item);
    }
    return [element('h3', '', word('handover-kept')), list];
  };

  // The page is drawn anew, but whoever stands on a button stays on it.
  const draw = () => {
    const active = document.activeElement;
    const name = active && ['cancel', 'copy', 'written'].find((each) => each in active.dataset);
    const isPassphrase = active && active.classList.contains('handover-passphrase');
    for (const kind of KINDS) drawForm(kind);
    for (const node of root.querySelectorAll('[data-word]')) setText(node, word(node.dataset.word));
    state.replaceChildren();
    if (failure) {
      const text = lost ? { first: word('office-lost') } : problemText(failure);
      const say = element('p', 'message', `✕ ${text.first}`);
      say.dataset.kind = 'failed';
      state.append(say);
    }
    if (data && !data.is_closed) state.append(element('p', 'handover-open', `⚠ ${word('handover-still-open')}`));
    jobs.replaceChildren(...(data ? data.jobs.map(drawJob) : []));
    others.replaceChildren(...(data ? kept() : []));
    const job = data && data.jobs[0];
    setText(spoken, job ? `${word(`handover-${job.kind}`)}: ${word(`handover-is-${job.state}`)}` : '');
    if (name) $(`[data-${name}]`, jobs)?.focus();
    else if (isPassphrase) $('.handover-passphrase', jobs)?.focus();
  };

  const look = async () => {
    clearTimeout(timer);
    const answer = await ask('/api/v1/handover');
    if (answer && answer.status === 200) {
      data = answer.data;
      for (const job of data.jobs) if (job.passphrase) words.set(job.id, job.passphrase);
    }
    draw();
    clearTimeout(timer);
    if (running() || (!answer && data)) timer = setTimeout(look, LOOK_MS);
  };
  const start = async (kind) => {
    if (busy || running()) return;
    const form = formOf(kind);
    const folder = $(`#target-${kind}`, root).value;
    if (!folder) return;
    busy = kind;
    failure = null;
    lost = false;
    draw();
    try {
      const answer = await command('/api/v1/handover', { kind, form, ...(folder === DOWNLOAD ? {} : { folder }) });
      if (answer.status !== 202) failure = answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      failure = {};
      lost = true;
    }
    busy = '';
    await look();
  };

  root.addEventListener('submit', (event) => { event.preventDefault(); start(event.target.id.slice('handover-'.length)); });
  root.addEventListener('change', draw);
  root.addEventListener('click', async (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if ('cancel' in button.dataset) { await ask('/api/v1/handover/cancel', { method: 'POST', body: {} }); look(); }
    if ('written' in button.dataset) { words.delete(Number(button.dataset.written)); draw(); }
    if ('copy' in button.dataset) {
      const text = words.get(Number(button.dataset.copy));
      // a page that is not served by TLS has no clipboard: then the text is chosen, and Ctrl-C does it
      try { await navigator.clipboard.writeText(text); setText(button, `✓ ${word('handover-copied')}`); } catch { getSelection().selectAllChildren($('.handover-passphrase', jobs)); }
    }
  });
  addEventListener('beforeunload', (event) => { if (words.size) event.preventDefault(); });
  onLanguage(draw);
  draw();
  return { show: () => { if (!timer || !running()) look(); } };
}
