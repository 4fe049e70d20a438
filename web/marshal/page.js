// The marshal's desk: the frozen line, the session, entry by hand, readers, and the door with its sign and sounds.
// What was typed stays until a number was given for it.
import {
  $, Lane, NoAnswer, bilingual, clockTime, command, element, enter, fitText, follow, laneTitle, mediumNote, onLanguage,
  problemText, reasonText, setText, store, word,
} from '/shared/core.js';
import '/shared/words.js';
import { beep, wakeSound } from '/shared/sound.js';
import { bindButton, keepRows } from '/marshal/bind.js';
import { checkIdNumber } from '/marshal/id-number.js';
import { startPassport } from '/marshal/passport.js';
import { startScan } from '/marshal/scan.js';

const SURE_MS = 5000;
const SIGN_MS = 4000;
const lane = new Lane();
let laneName = '';

// ---- the line
function ticketRow(ticket) {
  const item = element('li');
  item.dataset.state = ticket.state;
  item.append(element('span', 'row-number', ticket.number), element('span', 'row-name', ticket.name || ''),
    element('span', 'row-state', word(`state-${ticket.state}`)));
  const note = mediumNote(ticket, true);
  if (note) item.append(element('span', 'note', `⚠ ${note}`));
  if (ticket.reason) item.append(element('span', 'row-reason', reasonText(ticket.reason)));
  const button = bindButton(ticket);
  if (button) item.append(button);
  return item;
}

function drawLine(view) {
  const length = view.counts.waiting + view.counts.called;
  const limit = view.line_limit;
  const isFull = limit > 0 && length >= limit;
  setText($('#line-length'), limit > 0 ? `${length} / ${limit}${isFull ? ` · ${word('line-full')}` : ''}` : `${length} · ${word('no-limit')}`);
  $('#line-length').dataset.kind = isFull ? 'bad' : '';
  const now = $('#now');
  now.dataset.state = view.current ? 'called' : 'empty';
  const key = view.current ? `${view.current.number} ${view.current.seq} ${word('called')}` : word('nobody-called');
  if (now.dataset.key === key) { /* as it was */ } else if (view.current) {
    now.replaceChildren(element('span', 'now-label', `▶ ${word('called')}`),
      element('span', 'now-number', view.current.number), element('span', 'row-name', view.current.name || ''),
      bindButton(view.current) || '');
  } else {
    now.replaceChildren(element('span', 'now-label', word('nobody-called')));
  }
  now.dataset.key = key;
  keepRows($('#line'), view.line, ticketRow, word('line-empty'));
  const facts = [['issued', 'issued'], ['waiting', 'waiting'], ['called', 'called'], ['shot', 'shot'], ['missed', 'missed'], ['void', 'void']];
  $('#counts').replaceChildren(...facts.map(([key, name]) => {
    const fact = element('span', 'fact', `${word(key)} `);
    fact.append(element('strong', '', String(view.counts[name])));
    return fact;
  }));
  keepRows($('#done'), view.done, ticketRow, word('none-done'));
}

function drawReaders(view) {
  const rows = (view.readers || []).map((reader) => {
    const item = element('li');
    item.dataset.state = reader.state;
    const sign = { ready: '●', opening: '◔', absent: '○', error: '✕' }[reader.state] || '?';
    item.append(element('strong', '', `${sign} ${reader.reader}`),
      element('span', 'reader-state', `${reader.driver} · ${word(`reader-${reader.state}`)} · ${word('since', { time: clockTime(reader.since) })}`));
    const cause = [reader.code, reader.detail].filter(Boolean).join(': ');
    if (cause && reader.state !== 'ready') item.append(element('span', 'reader-cause', cause));
    if (reader.restarts) item.append(element('span', 'reader-cause', word('restarts', { count: reader.restarts })));
    return item;
  });
  $('#readers').replaceChildren(...(rows.length ? rows : [element('li', 'none', word('no-readers'))]));
}

function draw() {
  const view = lane.snapshot;
  if (!view) return;
  setText($('#lane'), laneTitle(view.lane, view.room));
  const alarm = view.store && view.store !== 'ok' ? word(`store-${view.store}`)
    : view.event && view.event.state === 'closed' ? word('event-closed') : '';
  $('#alarm').hidden = !alarm;
  setText($('#alarm'), alarm);
  drawSession(view);
  drawLine(view);
  drawReaders(view);
  drawDoor();
  drawBinding();
  drawIssued();
  drawSign();
}

// ---- the session
let sureToClose = false;
let sessionPending = false;
function drawSession(view) {
  const isOpen = view.session.state === 'open';
  setText($('#session'), `${isOpen ? '●' : '○'} ${word(isOpen ? 'session-open' : 'session-closed')}`);
  $('#session').dataset.kind = isOpen ? 'good' : 'off';
  const key = !isOpen ? 'session-to-open' : sureToClose ? 'session-sure' : 'session-to-close';
  setText($('#session-button'), sessionPending ? `… ${word('sending')}` : word(key));
  $('#session-button').dataset.sure = String(isOpen && sureToClose);
  $('#session-button').setAttribute('aria-disabled', String(sessionPending));
}
function sessionSay(kind, text) {
  $('#session-answer').dataset.kind = kind;
  setText($('#session-answer'), text);
}
async function setSession(state) {
  sessionPending = true;
  sureToClose = false;
  sessionSay('', '');
  draw();
  try {
    const answer = await command(`/api/v1/lanes/${encodeURIComponent(laneName)}/session`, { state });
    if (answer.status === 200) lane.setLane(answer.data);
    else { const text = problemText(answer); sessionSay('failed', `✕ ${text.first} ${text.second}`); }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    sessionSay('failed', `✕ ${word('no-answer')}`);
  } finally {
    sessionPending = false;
    draw();
  }
}
$('#session-button').addEventListener('click', () => {
  if (!lane.snapshot || sessionPending) return;
  if (lane.snapshot.session.state !== 'open') setSession('open');
  else if (sureToClose) setSession('closed');
  else {
    sureToClose = true;
    setTimeout(() => { sureToClose = false; draw(); }, SURE_MS);
    draw();
  }
});

// ---- entry by hand: a new number, or who an unknown one is
let binding = ''; // the number that the form is for; '': a new one
let issued = null; // {kind, number, name (of whose number it is), title: () => text, detail: {first, second}|null}
let issuing = false;
let wasTried = false;
function idFault() {
  const typed = $('#id-number').value;
  const found = checkIdNumber(typed);
  if (!found.typed.length) return wasTried && !$('#student-no').value.trim() ? word('id-missing') : '';
  return found.fault ? word(`id-${found.fault}`, { count: found.typed.length }) : '';
}
function drawFields() {
  const field = $('#id-number');
  const found = checkIdNumber(field.value);
  const fault = idFault();
  // Half-typed is not wrong yet: the length is complained of once the field is left or sent.
  const isTyping = document.activeElement === field && !wasTried && ['length', 'check', 'date'].includes(found.fault) && found.typed.length < 18;
  let text = fault;
  let kind = fault ? 'bad' : '';
  if (isTyping) { text = found.typed.length ? word('id-count', { count: found.typed.length }) : ''; kind = ''; }
  else if (found.number) { text = `✓ ${word(found.typed.length === 15 ? 'id-upgraded' : 'id-good')}`; kind = 'good'; }
  else if (fault) text = `✕ ${fault}`;
  setText($('#id-hint'), text);
  $('#id-hint').dataset.kind = kind;
  field.setAttribute('aria-invalid', String(kind === 'bad'));
  const noName = wasTried && !$('#name').value.trim();
  setText($('#name-hint'), noName ? `✕ ${word('name-missing')}` : '');
  $('#name-hint').dataset.kind = noName ? 'bad' : '';
  $('#name').setAttribute('aria-invalid', String(noName));
}
function drawBinding() {
  setText($('#manual-title'), word(binding ? 'bind-title' : 'manual', { number: binding }));
  $('#bind-cancel').hidden = !binding;
  setText($('#bind-cancel'), `${word('cancel')} ${word('cancel', {}, true)}`);
}
function setBinding(number) {
  if (issuing) return;
  binding = number;
  issued = null;
  wasTried = false;
  drawBinding();
  drawFields();
  drawIssued();
  $('#id-number').focus();
}
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-bind]');
  if (button) setBinding(button.dataset.bind);
});
$('#bind-cancel').addEventListener('click', () => setBinding(''));
function drawIssued() {
  const box = $('#issued');
  box.dataset.kind = issued ? issued.kind : '';
  setText($('#issue'), issuing ? `… ${word('sending')}` : word(binding ? 'bind-send' : 'issue', { number: binding }));
  $('#issue').setAttribute('aria-disabled', String(issuing));
  const parts = [];
  if (issued) {
    parts.push(element('p', 'issued-title', issued.title()));
    if (issued.number) parts.push(element('p', 'issued-number', issued.number));
    if (issued.name) parts.push(element('p', 'issued-name', issued.name));
    const detail = issued.detail && issued.detail();
    if (detail) parts.push(element('p', 'issued-detail', detail.first), element('p', 'issued-detail other', detail.second));
  }
  box.replaceChildren(...parts);
}
function showIssued(answer) {
  if (answer.status === 201 || answer.status === 200) {
    const key = binding ? 'bound' : answer.status === 201 ? 'got-number' : 'had-number';
    binding = '';
    issued = { kind: 'done', number: answer.data.number, title: () => `✓ ${word(key)} ${word(key, {}, true)}` };
    lane.apply(answer.data);
    wasTried = false;
    $('#manual').reset();
    $('#id-number').focus();
    return;
  }
  const ticket = answer.data && answer.data.ticket;
  const failure = binding ? 'not-bound' : 'not-issued';
  issued = {
    kind: 'failed', number: ticket ? ticket.number : '', name: (ticket && ticket.name) || '', title: () => `✕ ${word(failure)} ${word(failure, {}, true)}`,
    detail: () => problemText(answer),
  };
}
async function issue() {
  const person = binding ? {} : { medium: 'manual' };
  person.name = $('#name').value.trim();
  const found = checkIdNumber($('#id-number').value);
  if (found.number) person.id_number = found.number;
  const student = $('#student-no').value.trim();
  if (student) person.student_no = student;
  issuing = true;
  issued = null;
  drawIssued();
  try {
    const path = `/api/v1/lanes/${encodeURIComponent(laneName)}/tickets`;
    showIssued(await command(binding ? `${path}/${binding}/bind` : path, person));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    issued = { kind: 'failed', number: '', title: () => `✕ ${word('no-answer')}` };
  } finally {
    issuing = false;
    drawFields();
    draw();
  }
}
$('#manual').addEventListener('submit', (event) => {
  event.preventDefault();
  if (issuing) return;
  wasTried = true;
  drawFields();
  const wrong = idFault() ? $('#id-number') : $('#name').value.trim() ? null : $('#name');
  if (wrong) wrong.focus();
  else issue();
});
$('#manual').addEventListener('input', drawFields);
$('#manual').addEventListener('focusout', drawFields);

// ---- the door: the latest in large, the last five
wakeSound($('#sound'));

let doorEvents = [];
const DOOR_SIGNS = { accepted: '✓', already: '↻', refused: '✕' };
function doorParts(event, titleClass, numberClass, detailClass) {
  const key = `door-${event.result}`;
  const message = bilingual(event.message) || { first: '', second: '' };
  const parts = [element('p', titleClass, `${DOOR_SIGNS[event.result] || ''} ${word(key)} ${word(key, {}, true)}`)];
  if (event.number) parts.push(element('p', numberClass, event.number));
  if (event.result !== 'accepted' || !event.number) parts.push(element('p', detailClass, `${message.first} ${message.second}`));
  return parts;
}
function drawDoor() {
  const [latest, ...earlier] = doorEvents;
  const box = $('#door-latest');
  box.dataset.kind = latest ? latest.result : '';
  box.replaceChildren(...(latest ? doorParts(latest, 'door-title', 'door-number', 'door-detail') : [element('p', 'none', word('door-none'))]));
  const note = latest && bilingual(latest.note); // for the staff alone: the sign does not show it
  if (note) box.append(element('p', 'door-detail', `⚠ ${note.first} ${note.second}`));
  $('#door-list').replaceChildren(...earlier.map((event) => {
    const message = bilingual(event.message);
    const what = event.result === 'accepted' || !message ? word(`door-${event.result}`) : message.first;
    return element('li', '', `${clockTime(event.at)} ${DOOR_SIGNS[event.result] || ''} ${event.number || ''} ${what}`);
  }));
}
let signUntil = 0;
let signTimer = 0;
function onDoor(event) {
  doorEvents = [event, ...doorEvents].slice(0, 6);
  signUntil = performance.now() + SIGN_MS;
  clearTimeout(signTimer);
  signTimer = setTimeout(drawSign, SIGN_MS + 20);
  beep(event.result);
  drawDoor();
  drawSign();
}

// ---- the door sign: this device stands at the door, facing the students
const fitSign = fitText($('#sign-number'));
function drawSign() {
  if ($('#sign').hidden || !lane.snapshot) return;
  const latest = performance.now() < signUntil ? doorEvents[0] : null;
  const isOpen = lane.snapshot.session.state === 'open';
  const key = latest ? `door-${latest.result}` : isOpen ? 'door-invite' : 'door-closed';
  const sign = latest ? `${DOOR_SIGNS[latest.result] || ''} ` : '';
  $('#sign').dataset.kind = latest ? latest.result : isOpen ? 'invite' : 'closed';
  setText($('#sign-title'), sign + word(key));
  setText($('#sign-other'), word(key, {}, true));
  setText($('#sign-number'), latest ? latest.number || '✕' : '');
  const message = latest && latest.result !== 'accepted' ? bilingual(latest.message) : null;
  setText($('#sign-detail'), message ? `${message.first} ${message.second}` : '');
  fitSign();
}
function setSign(isOn) {
  store.set('paihao.door-sign', isOn ? 'on' : 'off');
  $('#sign').hidden = !isOn;
  document.body.classList.toggle('shows-sign', isOn); // the rest of the page is not there meanwhile
  $(isOn ? '#sign-close' : '#sign-open').focus();
  drawSign();
}
$('#sign-open').addEventListener('click', () => setSign(true));
$('#sign-close').addEventListener('click', () => setSign(false));

onLanguage(drawFields);
enter(['marshal', 'office']).then((entered) => {
  laneName = entered.lane;
  follow(laneName, lane, { draw, door: onDoor });
  startScan(laneName, lane);
  startPassport(laneName, lane);
  if (store.get('paihao.door-sign') === 'on') setSign(true);
});
