// Lists as files: a preview with every problem first, then what is to be stored. The file stays chosen whatever happens.
import {
  $, NoAnswer, element, freshKey, isEnglish, onLanguage, problemText, setText, word,
} from '/shared/core.js';
import { table } from '/office/table.js';

const UPLOAD_MS = 120000;

const routeOf = (kind, division) => {
  const query = new URLSearchParams();
  if (kind === 'schedule' && division) query.set('division', division);
  if (!['paid', 'schedule'].includes(kind)) query.set('kind', kind);
  return { path: `/api/v1/${kind === 'paid' ? 'payments' : kind === 'schedule' ? 'schedule' : 'roster'}`, query };
};

// The file's own bytes, whatever the browser thinks they are.
async function upload(path, file) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), UPLOAD_MS);
  try {
    const response = await fetch(path, {
      method: 'POST', body: file, signal: abort.signal, cache: 'no-store', credentials: 'same-origin',
      headers: { 'Content-Type': 'application/octet-stream', Accept: 'application/json, application/problem+json', 'Idempotency-Key': freshKey() },
    });
    const text = await response.text();
    let data = null;
    try { data = text ? JSON.parse(text) : null; } catch { /* no JSON: the status speaks */ }
    return { status: response.status, data };
  } catch (error) {
    throw new NoAnswer(String(error));
  } finally {
    clearTimeout(timer);
  }
}

// ---- what was found in it
function where(problem) {
  if (!problem.row && !problem.sheet) return '';
  const other = problem.other_row || (problem.other && problem.other.row);
  const place = word('where-row', { sheet: problem.sheet || '', row: problem.row || '–', column: problem.column || '' }).trim();
  return other ? `${place} ${word('where-other', { row: other })}` : place;
}
export function problemsTable(problems) {
  if (!problems.length) return element('p', '', `✓ ${word('found-no-problems')}`);
  const signs = { error: '✕', warning: '⚠', note: '·' };
  const rank = { error: 0, warning: 1, note: 2 };
  const rows = [...problems].sort((a, b) => (rank[a.severity] ?? 3) - (rank[b.severity] ?? 3));
  const count = (problem) => (problem.count > 1 ? ` ×${problem.count}` : '');
  return table(`${word('found-problems')} (${problems.length})`, [
    { title: word('col-severity'), of: (each) => `${signs[each.severity] || ''} ${word(`severity-${each.severity}`)}` },
    { title: word('col-where'), of: where },
    { title: word('col-value'), of: (each) => each.value || '' },
    { title: word('col-message'), of: (each) => `${isEnglish() ? each.message.en : each.message.zh}${count(each)}` },
  ], rows, (each) => each.severity);
}
function countsList(counts) {
  const list = element('ul', 'facts');
  for (const [name, count] of Object.entries(counts)) {
    if (name.endsWith('left_off') && !count) continue;
    const item = element('li', '', `${word(`count-${name}`)} `);
    item.append(element('strong', '', String(count)));
    list.append(item);
  }
  return list;
}
function foundParts(data) {
  const parts = [];
  if (data.counts) parts.push(countsList(data.counts));
  if (Array.isArray(data.problems)) parts.push(problemsTable(data.problems));
  if (data.sheets && data.sheets.length) {
    parts.push(table(word('found-columns'), [
      { title: word('col-sheet'), of: (sheet) => sheet.name || '—' },
      { title: word('col-people'), of: (sheet) => sheet.people, figure: true },
      { title: word('col-columns'), of: (sheet) => Object.entries(sheet.columns).map(([name, letters]) => `${letters} ${word(`column-${name}`)}`).join(', ') },
      { title: word('found-unused'), of: (sheet) => sheet.unused.join(', ') },
    ], data.sheets));
  }
  if (data.levels && data.levels.length > 1) {
    parts.push(table(word('found-levels'), [
      { title: word('col-level'), of: (each) => (each.level ? word(`level-${each.level}`) : '—') },
      { title: word('col-people'), of: (each) => each.people, figure: true },
    ], data.levels));
  }
  if (data.units && data.units.length) {
    parts.push(table(word('found-units'), [
      { title: word('col-college'), of: (each) => each.college || '—' }, { title: word('col-unit'), of: (each) => each.unit || '—' },
      { title: word('col-people'), of: (each) => each.people, figure: true },
    ], data.units));
  }
  return parts;
}

export function startLists(ask, changed) {
  const file = $('#list-file');
  let found = null; // the server's last answer about this file: {status, data}
  let busy = '';
  let isStale = false; // another file or kind was chosen while the last was on its way
  let message = { kind: '', text: () => '' };

  const errors = () => (found && found.data && found.data.counts ? found.data.counts.errors : 0);
  const isGood = () => Boolean(found && found.data && found.data.counts && (found.status === 200 || found.data.code === 'import-refused'));
  const draw = () => {
    const kind = $('#list-kind').value;
    $('#division-row').hidden = kind !== 'schedule';
    $('#list-answer').dataset.kind = message.kind;
    setText($('#list-answer'), busy ? `… ${word(busy, { name: file.files[0] ? file.files[0].name : '' })}` : message.text());
    $('#list-store').setAttribute('aria-disabled', String(!isGood() || Boolean(busy)));
    setText($('#list-store'), errors() ? word('list-store-good', { count: found.data.counts.people ?? found.data.counts.slots }) : word('list-store'));
    $('#list-found').replaceChildren(...(found && found.data ? foundParts(found.data) : []));
  };
  const say = (kind, text) => { message = { kind, text }; };

  const send = async (isPreview) => {
    const [chosen] = file.files;
    if (busy) { isStale = isStale || isPreview; return; }
    if (!chosen) { say('failed', () => `✕ ${word('list-none')}`); draw(); file.focus(); return; }
    const { path, query } = routeOf($('#list-kind').value, $('#division').value.trim());
    if (isPreview) query.set('preview', '1');
    else if (errors()) query.set('accept', 'good');
    busy = isPreview ? 'list-reading' : 'list-storing';
    draw();
    try {
      const answer = await upload(`${path}?${query}`, chosen);
      found = answer;
      if (answer.status !== 200) say('failed', () => { const text = problemText(answer); return `✕ ${word('list-failed')}: ${text.first}`; });
      else if (answer.data.stored) { say('done', () => `✓ ${word('list-stored', answer.data.result)}`); changed(); } else say('done', () => word('list-read', { name: chosen.name }));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      say('failed', () => `✕ ${word('office-lost')}`);
    } finally {
      busy = '';
      draw();
    }
    if (!isStale) return;
    isStale = false;
    forget();
    if (file.files.length) send(true);
  };
  function forget() { found = null; say('', () => ''); draw(); }

  file.addEventListener('change', () => { forget(); if (file.files.length) send(true); });
  $('#list-kind').addEventListener('change', () => { forget(); if (file.files.length) send(true); });
  $('#division').addEventListener('change', () => { forget(); if (file.files.length) send(true); });
  $('#list-preview').addEventListener('click', () => send(true));
  $('#list-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (isGood()) send(false);
    else if (!file.files.length) send(true);
  });
  onLanguage(draw);
  draw();
  return { show: () => {} };
}
