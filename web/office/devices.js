// Devices: a code that makes a tablet the photographer's of a lane, and everything that is paired, with its end.
// A code's text lives in this page's memory alone, until it is used, withdrawn or closed.
import '/office/devices-words.js';
import {
  $, NoAnswer, clockTime, command, element, laneTitle, onLanguage, problemText, request, setText, word,
} from '/shared/core.js';
import { PAGES, pageAddress } from '/shared/pages.js';
import { qrImage } from '/office/qr.js';
import { unitsText } from '/shared/units.js';

const SURE_MS = 5000;
const WATCH_MS = 1500;
const ONLINE_MS = 15000;
const NAME_BYTES = 60;
const ENDED_SHOWN = 40;
const ROLES = ['photographer', 'marshal', 'display', 'liaison', 'check', 'office'];

const dateTime = (iso) => `${iso.slice(0, 10) === new Date().toISOString().slice(0, 10) ? '' : `${new Date(iso).toLocaleDateString()} `}${clockTime(iso)}`;
const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
const laneName = (lane) => (lane ? laneTitle(lane, '') : word('device-all-lanes'));
const what = (token) => word('device-of', { role: word(`role-${token.role}`), lane: laneName(token.lane) }) + (token.role === 'liaison' ? ` · ${unitsText(token.units)}` : '');
const nameOf = (token) => token.name || `${word('device-unnamed')} #${token.id}`;

export function startDevices(lanes, ask) {
  let tokens = [];
  let self = null;
  let reach = null; // {reach, address}
  let nowOffset_ms = 0; // the server's clock minus ours
  let units = null; // what a liaison may be of: null until asked for
  let code = null; // {id, name, role, lane, units, token, url, qr, end_ms, state: 'open'|'done'|'over'|'dropped'}
  let sure = 0;
  let pending = 0;
  let failure = '';
  let watching = 0;

  const now_ms = () => Date.now() + nowOffset_ms;
  const isLive = (token) => !token.revoked_at && !(token.kind === 'pairing' && token.used_at) && !(token.expires_at && Date.parse(token.expires_at) <= now_ms());

  // ---- which classes
  const isOfOne = () => $('#device-role').value === 'liaison' && $('#device-scope').value === 'one';
  const drawScope = () => {
    const scope = $('#device-scope').value || 'all';
    $('#device-scope').replaceChildren(new Option(word('units-all'), 'all'), new Option(word('device-one-class'), 'one'));
    $('#device-scope').value = scope;
    $('#device-of').hidden = $('#device-role').value !== 'liaison';
    for (const node of [$('#device-unit'), $('label[for="device-unit"]')]) node.hidden = !isOfOne();
    $('#device-unit').placeholder = word('device-unit-like');
    setText($('#device-scope-hint'), word(units && !units.length ? 'device-no-list' : 'device-scope-hint'));
    if (isOfOne() && !units) loadUnits();
  };
  // Colleges first: whoever types the beginning of one sees it before its classes.
  const loadUnits = async () => {
    units = [];
    const answer = await ask('/api/v1/units');
    if (!answer || answer.status !== 200) { units = null; return; }
    units = answer.data.filter((unit) => unit.people);
    const colleges = new Map();
    for (const unit of units) if (unit.college) colleges.set(unit.college, (colleges.get(unit.college) || 0) + unit.people);
    const options = [...colleges].map(([college, people]) => [college, people])
      .concat(units.filter((unit) => unit.name !== unit.college).map((unit) => [unit.college ? `${unit.college} / ${unit.name}` : unit.name, unit.people]));
    $('#device-units').replaceChildren(...options.map(([value, people]) => new Option(String(people), value)));
    drawScope();
  };

  // ---- the form
  const drawForm = () => {
    for (const [id, values, text] of [['device-role', ROLES, (role) => word(`role-${role}`)], ['device-lane', ['', ...lanes], laneName]]) {
      const picked = $(`#${id}`).value;
      const isFirst = !$(`#${id}`).options.length;
      $(`#${id}`).replaceChildren(...values.map((value) => new Option(text(value), value)));
      if (!isFirst) $(`#${id}`).value = picked;
      else if (id === 'device-lane' && lanes.length) [$(`#${id}`).value] = lanes;
    }
    drawScope();
    const lane = $('#device-lane').value;
    $('#device-name').placeholder = word('device-name-like', { lane: lane || word('device-all-lanes'), role: word(`role-${$('#device-role').value}`) });
    const text = failure || (reach && reach.reach !== 'network' ? word(`reach-${reach.reach}`, reach) : '');
    setText($('#device-answer'), text);
    $('#device-answer').dataset.kind = text ? 'failed' : '';
  };

  // ---- the code
  const left_ms = () => code.end_ms - performance.now();
  const drawLeft = () => setText($('#device-left'), code && code.state === 'open' ? word('device-left', { time: minutes(Math.max(0, left_ms())) }) : '');
  const button = (id, key, isMain = false) => {
    const node = element('button', isMain ? 'main-button' : '', word(key));
    node.type = 'button';
    node.id = id;
    return node;
  };
  const drawCode = () => {
    const box = $('#device-code');
    box.hidden = !code;
    if (!code) { box.replaceChildren(); return; }
    box.dataset.state = code.state;
    const head = element('h3', '', code.state === 'open' ? word('device-scan') : code.state === 'done' ? `✓ ${word('device-done', { name: nameOf(code) })}` : word(`device-${code.state}`));
    head.tabIndex = -1;
    const facts = element('p', 'facts');
    facts.append(element('strong', '', nameOf(code)), element('span', '', what(code)), Object.assign(element('strong'), { id: 'device-left' }));
    box.replaceChildren(head, facts);
    if (code.state === 'open') {
      box.append(qrImage(code.qr, `${word('device-scan')}: ${nameOf(code)}, ${what(code)}`), element('p', 'hint', word('device-secret')));
      const origin = new URL(code.url).origin;
      if (code.isText) box.append(element('p', '', word('device-address', { address: origin })), element('code', 'code-text', code.token));
      const row = element('p', 'row');
      row.append(button('device-hide', 'device-hide'), button('device-drop', 'device-drop'));
      if (!code.isText) row.append(button('device-show', 'device-show'));
      box.append(row);
    } else box.append(button('device-hide', 'device-hide', true));
    drawLeft();
  };
  // A code that is over leaves the page's memory.
  const endCode = (state) => {
    Object.assign(code, { state, token: '', url: '', qr: null });
    drawCode();
    $('#device-code h3').focus();
  };
  const lookAtCode = () => {
    if (!code || code.state !== 'open') return;
    const known = tokens.find((token) => token.id === code.id);
    if (known && known.used_at) endCode('done');
    else if (known && known.revoked_at) endCode('dropped');
    else if (left_ms() <= 0) endCode('over');
  };

  // ---- the list
  const seenText = (token) => {
    if (!token.seen_at) return word('device-never');
    const ago_ms = now_ms() - Date.parse(token.seen_at);
    if (ago_ms < ONLINE_MS) return word('device-seen-now');
    if (ago_ms < 3600000) return word('device-seen-ago', { count: Math.max(1, Math.round(ago_ms / 60000)) });
    return word('device-seen', { time: dateTime(token.seen_at) });
  };
  const row = (token) => {
    const item = element('li');
    item.dataset.token = token.id;
    const isOnline = token.seen_at && now_ms() - Date.parse(token.seen_at) < ONLINE_MS;
    const isCode = token.kind === 'pairing';
    const chip = element('span', 'chip', isCode ? word('device-left', { time: minutes(Math.max(0, Date.parse(token.expires_at) - now_ms())) }) : `${isOnline ? '●' : '○'} ${seenText(token)}`);
    chip.dataset.kind = isOnline ? 'good' : 'off';
    const facts = [what(token), word(token.kind === 'session' ? 'device-since' : 'device-made', { time: dateTime(token.created_at) })];
    if (token.kind === 'session' && token.expires_at) facts.push(word('device-until', { time: new Date(token.expires_at).toLocaleDateString() }));
    const name = element('strong', '', nameOf(token));
    if (token.id === self) name.append(' ', element('span', 'chip', word('device-here')));
    const key = pending === token.id ? 'sending' : sure !== token.id ? 'device-revoke' : token.id === self ? 'device-sure-here' : 'device-sure';
    const end = element('button', '', word(key));
    end.type = 'button';
    end.dataset.revoke = token.id;
    end.dataset.sure = String(sure === token.id);
    end.setAttribute('aria-label', `${nameOf(token)}: ${word(key)}`);
    item.append(name, chip, element('span', 'session-facts', facts.join(' · ')), end);
    return item;
  };
  const group = (key, list, nested = () => []) => {
    if (!list.length) return [];
    const box = element('ul', 'sessions');
    for (const token of list) {
      const item = row(token);
      const below = nested(token);
      if (below.length) {
        const inner = element('ul', 'sessions');
        inner.append(...below.map(row));
        item.append(inner);
      }
      box.append(item);
    }
    return [element('h3', '', word(key)), box];
  };
  const ended = (list) => {
    const box = element('details');
    box.id = 'devices-ended';
    box.open = Boolean($('#devices-ended') && $('#devices-ended').open);
    const lines = element('ul', 'facts-list');
    for (const token of list.slice(0, ENDED_SHOWN)) {
      const end = token.revoked_at ? word('device-revoked-at', { time: dateTime(token.revoked_at) })
        : token.used_at ? word('device-used-at', { time: dateTime(token.used_at) }) : word('device-expired-at', { time: dateTime(token.expires_at) });
      lines.append(element('li', '', `${nameOf(token)} · ${what(token)} · ${end}`));
    }
    box.append(element('summary', '', word('devices-ended', { count: list.length })), lines);
    return box;
  };
  const drawList = () => {
    const focus = document.activeElement && document.activeElement.dataset.revoke;
    const live = tokens.filter(isLive).reverse();
    const kinds = new Map(tokens.map((token) => [token.id, token.kind]));
    const sessions = live.filter((token) => token.kind === 'session');
    const paired = sessions.filter((token) => kinds.get(token.parent) !== 'bearer');
    // What was paired with a code is told by its device, not by the code.
    const over = tokens.filter((token) => !isLive(token) && !(token.kind === 'pairing' && token.used_at && !token.revoked_at)).reverse();
    const list = [
      ...group('devices-waiting', live.filter((token) => token.kind === 'pairing')),
      ...group('devices-paired', paired),
      ...group('devices-bearer', live.filter((token) => token.kind === 'bearer'), (token) => sessions.filter((each) => each.parent === token.id)),
    ];
    if (!sessions.length) list.push(element('p', 'message', word('devices-none')));
    if (over.length) list.push(ended(over));
    $('#devices').replaceChildren(...list);
    if (focus) document.querySelector(`#devices [data-revoke="${focus}"]`)?.focus();
  };
  const drawPages = () => {
    const links = PAGES.office.filter((page) => page !== 'office').flatMap((page) => (page === 'liaison' ? [''] : lanes).map((lane) => {
      const link = element('a', 'button', lane ? `${word(`title-${page}`)} · ${laneName(lane)}` : word(`title-${page}`));
      link.href = pageAddress(page, lane);
      link.target = '_blank';
      link.rel = 'noopener';
      const item = element('li');
      item.append(link);
      return item;
    }));
    $('#device-pages').replaceChildren(...links);
  };

  const draw = () => { drawForm(); drawCode(); drawList(); drawPages(); };
  const show = async (isFirst) => {
    const answer = await ask('/api/v1/tokens');
    if (!answer || answer.status !== 200) return;
    ({ tokens, self } = answer.data);
    reach = { reach: answer.data.reach, address: answer.data.address };
    nowOffset_ms = Date.parse(answer.data.now) - Date.now();
    lookAtCode();
    if (isFirst) drawPages();
    drawForm();
    drawList();
  };
  // Quicker than the page's round while somebody stands there with a tablet.
  const watch = () => {
    clearInterval(watching);
    let round = 0;
    watching = setInterval(() => {
      if (!code || code.state !== 'open') { clearInterval(watching); return; }
      drawLeft();
      lookAtCode();
      round += 1;
      if (round % 3 === 0 && !document.hidden) show(false);
    }, WATCH_MS / 3);
  };

  const make = async () => {
    const [role, lane, name] = [$('#device-role').value, $('#device-lane').value, $('#device-name').value.trim()];
    const unit = isOfOne() ? $('#device-unit').value.trim() : '';
    failure = isOfOne() && !unit ? word('device-unit-none') : '';
    $('#device-unit').setAttribute('aria-invalid', String(Boolean(failure)));
    if (failure) { drawForm(); $('#device-unit').focus(); return; }
    if (new TextEncoder().encode(name).length > NAME_BYTES) failure = word('device-name-long');
    $('#device-name').setAttribute('aria-invalid', String(Boolean(failure)));
    drawForm();
    if (failure) { $('#device-name').focus(); return; }
    let answer = null;
    try {
      answer = await request('/api/v1/tokens', { method: 'POST', body: { role, once: true, ...(lane ? { lane } : {}), ...(unit ? { units: [unit] } : {}), ...(name ? { name } : {}) }, timeout_ms: 10000 });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    if (!answer || answer.status !== 201) {
      if (answer && answer.data && answer.data.code === 'unit-unknown') {
        failure = problemText(answer).first;
        $('#device-unit').setAttribute('aria-invalid', 'true');
        drawForm();
        $('#device-unit').focus();
        return;
      }
      const isName = name && answer && answer.status === 400; // the rest was chosen, not typed
      failure = isName ? word('device-name-bad') : `${word('device-failed')}${answer ? `: ${problemText(answer).first}` : ''}`;
      $('#device-name').setAttribute('aria-invalid', String(Boolean(isName)));
      drawForm();
      return;
    }
    code = { ...answer.data, name, role, lane, end_ms: performance.now() + answer.data.expires_in_s * 1000, state: 'open' };
    $('#device-name').value = '';
    drawCode();
    $('#device-code').scrollIntoView({ block: 'nearest' });
    $('#device-code h3').focus({ preventScroll: true });
    watch();
    show(false);
  };
  const revoke = async (id) => {
    pending = id;
    failure = '';
    drawList();
    let answer = null;
    try {
      answer = await command(`/api/v1/tokens/${id}/revoke`, {}, { give_up_ms: 15000 });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    pending = 0;
    const token = tokens.find((each) => each.id === id);
    if (!answer || answer.status !== 200) failure = word('device-revoke-failed', { name: token ? nameOf(token) : `#${id}` });
    await show(false);
  };

  $('#device-form').addEventListener('submit', (event) => { event.preventDefault(); make(); });
  $('#device-scope').addEventListener('change', () => { units = null; drawForm(); if (isOfOne()) $('#device-unit').focus(); });
  for (const id of ['device-role', 'device-lane']) $(`#${id}`).addEventListener('change', drawForm);
  $('#device-code').addEventListener('click', (event) => {
    if (event.target.id === 'device-hide') { code = null; drawCode(); $('#device-make').focus(); }
    if (event.target.id === 'device-drop') revoke(code.id);
    if (event.target.id === 'device-show') { code.isText = true; drawCode(); $('#device-hide').focus(); }
  });
  $('#devices').addEventListener('click', (event) => {
    const node = event.target.closest('button[data-revoke]');
    if (!node || pending) return;
    const id = Number(node.dataset.revoke);
    if (sure !== id) {
      sure = id;
      setTimeout(() => { if (sure === id) { sure = 0; drawList(); } }, SURE_MS);
      drawList();
      return;
    }
    sure = 0;
    revoke(id);
  });
  onLanguage(() => { failure = ''; draw(); });
  draw();
  return { show };
}
