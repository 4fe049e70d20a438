// The marshal's desk: the frozen line, the session, entry by hand, readers, and the door with its sign and sounds.
// What was typed stays until a number was given for it.
import '/shared/theme.js';
import '/marshal/day-words.js';
import {
  $, Lane, NoAnswer, WORDS, bilingual, clockTime, command, element, enter, fitText, follow, lanePath, laneTitle, mediumNote, onLanguage,
  problemText, setText, store, word,
} from '/shared/core.js';
import { Classes } from '/shared/classes.js';
import { beep, wakeSound } from '/shared/sound.js';
import { actButton, startActing } from '/marshal/act.js';
import { bindButton, keepRows, sameParts } from '/marshal/bind.js';
import { checkIdNumber } from '/marshal/id-number.js';
import { Payments } from '/marshal/payments.js';
import { startPassport } from '/marshal/passport.js';
import { reasonText, samePersonAs } from '/marshal/reason.js';
import { helpParts } from '/marshal/refusal.js';
import { startScan } from '/marshal/scan.js';
import { DoorHelp } from '/marshal/tap.js';
import { startStopped } from '/marshal/stopped.js';

const SURE_MS = 5000;
const SIGN_MS = 4000;
const lane = new Lane();
let laneName = '';
let refresh = () => {};
let drawStopped = () => {};
let classes = null;
let payments = null;
const rules = () => (lane.snapshot && lane.snapshot.rules) || {};
const limitOf = (view) => (view.door ? view.door.limit : view.line_limit);

// ---- the line
function ticketRow(ticket) {
  const item = element('li');
  item.dataset.state = ticket.state;
  item.append(element('span', 'row-number', ticket.number), element('span', 'row-name', ticket.name || ''),
    element('span', 'row-state', word(`state-${ticket.state}`)));
  const note = mediumNote(ticket, true);
  if (note) item.append(element('span', 'note', `⚠ ${note}`));
  if (ticket.reason) item.append(element('span', 'row-reason', reasonText(ticket.reason)));
  for (const button of [bindButton(ticket), actButton(ticket)]) if (button) item.append(button);
  return item;
}

function drawLine(view) {
  const length = view.counts.waiting + view.counts.called;
  const limit = limitOf(view);
  const isFull = limit > 0 && length >= limit;
  setText($('#line-length'), limit > 0 ? `${length} / ${limit}${isFull ? ` · ${word('line-full')}` : ''}` : `${length} · ${word('no-limit')}`);
  $('#line-length').dataset.kind = isFull ? 'bad' : '';
  const now = $('#now');
  now.dataset.state = view.current ? 'called' : 'empty';
  const key = view.current ? `${view.current.number} ${view.current.seq} ${word('called')}` : word('nobody-called');
  if (now.dataset.key === key) { /* as it was */ } else if (view.current) {
    now.replaceChildren(element('span', 'now-label', `▶ ${word('called')}`),
      element('span', 'now-number', view.current.number), element('span', 'row-name', view.current.name || ''),
      bindButton(view.current) || '', actButton(view.current));
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
    const cause = [reader.code, reader.detail].filter(Boolean).join(': '); // as the log has it, for whoever is called to help
    const why = WORDS[`cause-${reader.code}`] ? word(`cause-${reader.code}`) : '';
    if (why && reader.state !== 'ready') item.append(element('span', 'reader-cause', why));
    if (cause && reader.state !== 'ready') item.append(element('span', why ? 'reader-detail' : 'reader-cause', cause));
    if (reader.restarts) item.append(element('span', 'reader-cause', word('restarts', { count: reader.restarts })));
    return item;
  });
  $('#readers').replaceChildren(...(rows.length ? rows : [element('li', 'none', word('no-readers'))]));
}

const hasEnded = (view) => Boolean(view.event && view.event.state === 'closed');
function draw() {
  const view = lane.snapshot;
  if (!view) return;
  setText($('#lane'), laneTitle(view.lane, view.room));
  const alarm = view.store && view.store !== 'ok' ? word(`store-${view.store}`)
    : hasEnded(view) ? word('event-closed') : '';
  $('#alarm').hidden = !alarm;
  setText($('#alarm'), alarm);
  drawSession(view);
  drawDay(view);
  drawLine(view);
  drawReaders(view);
  drawDoor();
  drawBinding();
  drawIssued();
  drawSign();
}

// ---- the day: stops, the door's limit, late rounds, who is expected, voids that nobody has acknowledged
function drawDay(view) {
  drawStopped();
  const { door } = view;
  const isFull = Boolean(door && door.stop && view.session.state === 'open');
  $('#door-stop').hidden = !isFull;
  if (isFull) setText($('#door-stop'), word('door-full-desk', { length: view.counts.waiting + view.counts.called, limit: door.limit }));
  $('#late').hidden = hasEnded(view) || (!view.late_round && ['line-end', undefined].includes(rules().missed));
  setText($('#late'), word(view.late_round ? 'late-close' : 'late-open'));
  $('#late-on').hidden = !view.late_round;
  const { expected } = view;
  $('#expected').hidden = !expected;
  if (expected) setText($('#expected-who'), expectedText(expected));
  const voids = view.open_voids || [];
  $('#open-voids').hidden = !voids.length;
  $('#open-voids-list').replaceChildren(...voids.map((ticket) => element('li', '', `${ticket.number} ${ticket.name || ''}`)));
  $('#alarm-order').hidden = !alarming;
  if (alarming) setText($('#alarm-order-text'), `${word('out-of-order')}: ${word('out-of-order-what', alarming())}`);
  $('#to-payments').hidden = ['none', undefined].includes(rules().payment);
  if (payments) payments.draw();
}
function onReader(reader) {
  const { readers } = lane.snapshot;
  if (!readers) return;
  const at = readers.findIndex((each) => each.reader === reader.reader);
  if (at < 0) readers.push(reader); else readers[at] = reader;
}
const expectedText = (expected) => [expected.name, expected.unit, word('expected-rank', { rank: expected.rank })].filter(Boolean).join(' · ');

let alarming = null; // the words of the alarm that nobody has seen yet
lane.came = (ticket) => {
  const { expected } = lane.snapshot; // as it was before
  if (rules().order === 'alarm' && (ticket.notes || []).includes('out-of-order')) {
    alarming = () => ({ number: ticket.number, name: ticket.name || '', expected: expected ? expectedText(expected) : '—' });
    beep('alarm');
  }
  renew();
};
$('#alarm-order-seen').addEventListener('click', () => { alarming = null; draw(); });

// What no event tells is asked again once things are quiet, also for the classes on the screen.
let renewTimer = 0;
function renew() {
  clearTimeout(renewTimer);
  renewTimer = setTimeout(() => {
    refresh();
    if (classes && document.body.dataset.view === 'classes') classes.refresh();
  }, 300);
}

async function setLate() {
  const open = !lane.snapshot.late_round;
  sessionSay('', `… ${word('sending')}`);
  try {
    const answer = await command(`${lanePath(laneName)}/late`, { open });
    const text = problemText(answer);
    if (answer.status === 200) { lane.setLane(answer.data); sessionSay('', ''); } else sessionSay('failed', `✕ ${text.first} ${text.second}`);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    sessionSay('failed', `✕ ${word('no-answer')}`);
  }
  draw();
}
$('#late').addEventListener('click', () => { if (lane.snapshot) setLate(); });

function showView(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll('[data-to-view]')) button.setAttribute('aria-pressed', String(button.dataset.toView === name));
  if (name === 'classes' && classes) classes.refresh();
  if (name === 'payments' && payments) payments.refreshSums();
}
for (const button of document.querySelectorAll('[data-to-view]')) button.addEventListener('click', () => showView(button.dataset.toView));

// ---- the session
let sureToClose = false;
let sureTimer = 0;
let sessionPending = false;
function drawSession(view) {
  const isOpen = view.session.state === 'open';
  const isEnded = hasEnded(view);
  setText($('#session'), `${isOpen ? '●' : '○'} ${word(isOpen ? 'session-open' : isEnded ? 'event-closed' : 'session-closed')}`);
  $('#session-button').hidden = isEnded; // nothing opens any more
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
    const answer = await command(`${lanePath(laneName)}/session`, { state });
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
    clearTimeout(sureTimer);
    sureTimer = setTimeout(() => { sureToClose = false; draw(); }, SURE_MS);
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
    if (issued.help) parts.push(...issued.help());
  }
  box.replaceChildren(...parts);
}
function showIssued(answer, person) {
  if (answer.status === 201 || answer.status === 200) {
    const stands = binding ? samePersonAs(answer.data.reason) : '';
    const key = stands ? 'bound-same' : binding ? 'bound' : answer.status === 201 ? 'got-number' : 'had-number';
    binding = '';
    const warnings = answer.data.warnings || [];
    const { number } = answer.data;
    issued = { kind: 'done', number: stands || number, help: () => warnings.map((code) => element('p', 'issued-detail', `⚠ ${word(`refusal-${code}`)}`)), title: () => `✓ ${word(key, { number })} ${word(key, { number }, true)}` };
    lane.apply(answer.data);
    wasTried = false;
    $('#manual').reset();
    $('#id-number').focus();
    return;
  }
  const ticket = answer.data && answer.data.ticket;
  const failure = binding ? 'not-bound' : 'not-issued';
  const number = binding;
  issued = {
    kind: 'failed', number: ticket ? ticket.number : '', name: (ticket && ticket.name) || '', title: () => `✕ ${word(failure)} ${word(failure, {}, true)}`,
    detail: () => problemText(answer),
    help: () => [...(number ? sameParts(answer, number, lane, () => issue({ ...person, void: true })) : []), ...helpParts(answer, person, issue)],
  };
}
function typedPerson() {
  const person = binding ? {} : { medium: 'manual' };
  person.name = $('#name').value.trim();
  const found = checkIdNumber($('#id-number').value);
  if (found.number) person.id_number = found.number;
  const student = $('#student-no').value.trim();
  if (student) person.student_no = student;
  return person;
}
async function issue(person) {
  if (issuing) return;
  issuing = true;
  issued = null;
  drawIssued();
  try {
    const path = `${lanePath(laneName)}/tickets`;
    showIssued(await command(binding ? `${path}/${binding}/bind` : path, person), person);
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
  else issue(typedPerson());
});
$('#manual').addEventListener('input', drawFields);
$('#manual').addEventListener('focusout', drawFields);

// ---- the door: the latest in large, the last five
wakeSound($('#sound'));

let doorEvents = [];
let doorHelp = null; // what can be done about its refusals
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
  if (!event.alarm) beep(event.result); // the alarm sounds with the number itself
  drawDoor();
  if (doorHelp) doorHelp.show(doorEvents);
  drawSign();
}

// ---- the door sign: this device stands at the door, facing the students
const fitSign = fitText($('#sign-number'));
function drawSign() {
  if ($('#sign').hidden || !lane.snapshot) return;
  const latest = performance.now() < signUntil ? doorEvents[0] : null;
  const isOpen = lane.snapshot.session.state === 'open';
  const isFull = isOpen && Boolean(lane.snapshot.door && lane.snapshot.door.stop);
  const key = latest ? `door-${latest.result}` : isFull ? 'door-full' : isOpen ? 'door-invite' : 'door-closed';
  const sign = latest ? `${DOOR_SIGNS[latest.result] || ''} ` : '';
  $('#sign').dataset.kind = latest ? latest.result : isFull ? 'stop' : isOpen ? 'invite' : 'closed';
  setText($('#sign-title'), sign + word(key));
  setText($('#sign-other'), word(key, {}, true));
  setText($('#sign-number'), latest ? latest.number || '✕' : isFull ? word('door-full-sign') : '');
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
  drawStopped = startStopped(laneName, lane, () => refresh());
  payments = new Payments(lane, entered.me, () => classes.refresh());
  const pay = (member) => { showView('payments'); payments.choose(member); };
  classes = new Classes($('#classes'), { canRoll: true, pay, way: () => rules().payment });
  startActing(laneName, lane, draw);
  refresh = follow(laneName, lane, { draw, door: onDoor, reader: onReader, lists: () => classes.refresh() });
  startScan(laneName, lane);
  doorHelp = new DoorHelp(laneName, lane, entered.me.role);
  startPassport(laneName, lane);
  if (store.get('paihao.door-sign') === 'on') setSign(true);
});
