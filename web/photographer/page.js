// The photographer's glass: who sits down now, and one tap per person. A tap names the number it means; taps while
// one is being sent, or just after the number changed, are not meant for the new number and do nothing, visibly.
import {
  $, Lane, NoAnswer, command, element, enter, fitText, follow, laneTitle, mediumNote, onLanguage, problemText,
  setText, word,
} from '/shared/core.js';

const SETTLE_MS = 1500;
const SURE_MS = 5000;
const WISHED = { call: 'called', shot: 'shot', miss: 'missed', retake: 'called', void: 'void' };

const lane = new Lane();
let laneName = '';
let pending = null; // {verb, number}
let sure = null; // the number whose retake awaits its second tap
let sureTimer = 0;
let shown = null; // number and state of the ticket in the middle
let settledAt = -SETTLE_MS;
let settleTimer = 0;
let answer = null; // {kind: pending|done|failed|info, text: () => string}
const fitNumber = fitText($('#number'));

const called = () => lane.snapshot && lane.snapshot.current;
const first = () => lane.snapshot && !called() && lane.snapshot.line[0];
const retakable = () => lane.snapshot && lane.snapshot.last;
const isSettling = () => performance.now() - settledAt < SETTLE_MS;

// ---- what the page shows
function draw() {
  const view = lane.snapshot;
  if (!view) return;
  setText($('#lane'), laneTitle(view.lane, view.room));
  drawFacts(view);
  drawMiddle(called() || first());
  drawNext(called() ? view.line.slice(0, 3) : view.line.slice(1, 4));
  drawButtons();
  drawAnswer();
}

function drawFacts(view) {
  const isOpen = view.session.state === 'open';
  setText($('#session'), `${isOpen ? '●' : '○'} ${word(isOpen ? 'session-open' : 'session-closed')}`);
  $('#session').dataset.kind = isOpen ? 'good' : 'off';
  setText($('#counts'), `${word('waiting')} ${view.counts.waiting} · ${word('shot')} ${view.counts.shot}`);
  const alarm = view.store && view.store !== 'ok' ? word(`store-${view.store}`)
    : view.event && view.event.state === 'closed' ? word('event-closed') : '';
  $('#alarm').hidden = !alarm;
  setText($('#alarm'), alarm);
}

function drawMiddle(ticket) {
  const state = !ticket ? 'empty' : ticket.state === 'called' ? 'called' : 'ready';
  $('#hero').dataset.state = state;
  const label = { called: ['now', 'sit-down'], ready: ['next', 'not-called'], empty: ['nobody'] }[state];
  setText($('#label'), label.map((key) => word(key)).join(' · '));
  setText($('#number'), ticket ? ticket.number : '');
  setText($('#name'), ticket ? ticket.name || '' : '');
  const note = ticket ? mediumNote(ticket) : '';
  $('#note').hidden = !note;
  setText($('#note'), note ? `⚠ ${note}` : '');
  const now = ticket ? `${ticket.number} ${state} ${ticket.retakes}` : '';
  if (shown !== null && shown !== now) settle();
  shown = now;
  fitNumber();
}

function drawNext(tickets) {
  const items = tickets.map((ticket, index) => {
    const item = element('li');
    item.append(element('span', 'next-order', word(index ? 'then' : called() ? 'next' : 'then')),
      element('span', 'next-number', ticket.number), element('span', 'next-name', ticket.name || ''));
    const note = mediumNote(ticket, true);
    if (note) item.append(element('span', 'note', `⚠ ${note}`));
    return item;
  });
  $('#next').replaceChildren(...items);
}

function drawButtons() {
  const ticket = called() || first();
  const verb = called() ? 'shot' : 'call';
  const go = $('#go');
  const isBusy = Boolean(pending);
  setText($('#go-key'), !ticket ? word('nobody') : `${verb === 'shot' ? '✓ ' : '▶ '}${word(verb)} ${ticket.number}`);
  setText($('#go-other'), word(ticket ? verb : 'nobody', {}, true));
  go.dataset.verb = ticket ? verb : '';
  const last = retakable();
  const isSure = last && sure === last.number;
  setText($('#retake-key'), isSure ? word('retake-sure', { number: last.number }) : word('retake'));
  setText($('#retake-other'), isSure ? word('retake-recalls') : last ? last.number : word('retake', {}, true));
  $('#retake').dataset.sure = String(Boolean(isSure));
  const settling = isSettling();
  const off = { go: !ticket || settling, miss: !called() || settling, retake: !last, void: !called() };
  for (const [id, isOff] of Object.entries(off)) {
    const button = $(`#${id}`);
    button.setAttribute('aria-disabled', String(isOff || isBusy));
    const meant = pending && (id === pending.verb || (id === 'go' && ['call', 'shot'].includes(pending.verb)));
    button.toggleAttribute('data-pending', Boolean(meant));
    button.toggleAttribute('data-settling', settling && (id === 'go' || id === 'miss'));
  }
}

function drawAnswer() {
  $('#answer').dataset.kind = answer ? answer.kind : '';
  setText($('#answer-text'), answer ? answer.text() : '');
}
function say(kind, text) {
  answer = { kind, text };
  if (kind === 'pending') setText($('#answer-hint'), ''); // until the next tap with an effect, whenever the answer comes
  drawAnswer();
}
// A tap without effect never hides the answer to the tap before it.
const hint = (key) => setText($('#answer-hint'), `⚠ ${word(key)}`);

function settle() {
  settledAt = performance.now();
  clearTimeout(settleTimer);
  settleTimer = setTimeout(drawButtons, SETTLE_MS + 20);
}

// ---- what a tap does
async function act(verb, number, body) {
  const path = `/api/v1/lanes/${encodeURIComponent(laneName)}/tickets/${encodeURIComponent(number)}/${verb}`;
  pending = { verb, number };
  document.body.dataset.pending = number;
  say('pending', () => `… ${number} ${word(verb)} · ${word('sending')}`);
  draw();
  try {
    const onRepeat = () => say('pending', () => `… ${number} ${word(verb)} · ${word('sending-again')}`);
    finish(verb, number, await command(path, body, { onRepeat }));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    say('failed', () => `✕ ${number} ${word(verb)}: ${word('no-answer')}`);
  } finally {
    pending = null;
    delete document.body.dataset.pending;
    draw();
  }
}

function finish(verb, number, got) {
  const ticket = got.status === 200 ? got.data : got.data && got.data.ticket;
  // Another tablet was faster: the number already is where this tap wanted it.
  const elsewhere = got.status === 409 && got.data && got.data.code === 'wrong-state'
    && ticket && ticket.number === number && ticket.state === WISHED[verb];
  if (ticket) lane.apply(ticket);
  if (got.status === 200 && got.data.called) lane.apply(got.data.called);
  if (got.status === 200 || elsewhere) {
    say('done', () => `✓ ${number} ${word(`did-${verb}`)}${elsewhere ? word('did-elsewhere') : ''}`);
    return;
  }
  say('failed', () => { const text = problemText(got); return `✕ ${number} ${word(verb)}: ${text.first} ${text.second || ''}`; });
}

function isFree(mindsSettling) {
  if (pending) hint('still-sending');
  else if (mindsSettling && isSettling()) hint('too-soon');
  else return true;
  return false;
}

function goOn() {
  const ticket = called() || first();
  if (!isFree(true)) return;
  disarm();
  if (!ticket) hint('nobody');
  else if (called()) act('shot', ticket.number, { advance: true });
  else act('call', ticket.number, {});
}
function miss() {
  const ticket = called();
  if (!isFree(true)) return;
  disarm();
  if (ticket) act('miss', ticket.number, { advance: true });
  else hint('nobody-called');
}
function disarm() {
  clearTimeout(sureTimer);
  sure = null;
}
function retake() {
  const last = retakable();
  if (!isFree(false)) return;
  if (!last) { hint('retake-none'); return; }
  if (sure === last.number) {
    disarm();
    act('retake', last.number, {});
    return;
  }
  sure = last.number;
  clearTimeout(sureTimer);
  sureTimer = setTimeout(() => { disarm(); draw(); }, SURE_MS);
  draw();
}
let voiding = '';
function openVoid() {
  const ticket = called();
  if (!isFree(false)) return;
  if (!ticket) { hint('nobody-called'); return; }
  disarm();
  voiding = ticket.number;
  setText($('#void-title'), word('void-of', { number: voiding }));
  $('#void-menu').showModal();
}
function chooseVoid(event) {
  const { reason } = event.target.dataset;
  if (!reason) return;
  $('#void-menu').close();
  if (isFree(false)) act('void', voiding, { advance: true, reason });
}

// ---- fingers and the foot pedal
const ACTS = { go: goOn, miss, retake, void: openVoid };
for (const [id, press] of Object.entries(ACTS)) {
  const button = $(`#${id}`);
  button.addEventListener('click', (event) => {
    press();
    if (event.detail) button.blur(); // so that the pedal's next key is the pedal's, not this button's
  });
}
$('#void-menu').addEventListener('click', chooseVoid);
$('#void-cancel').addEventListener('click', () => $('#void-menu').close());

let pedalAt = -SETTLE_MS;
document.addEventListener('keydown', (event) => {
  if (![' ', 'Enter', 'PageDown'].includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  if ($('#void-menu').open || document.documentElement.dataset.link !== 'live') return;
  // Somebody who walks through the page by keyboard means the button in focus.
  const focus = document.activeElement;
  if (event.key !== 'PageDown' && focus && focus.id !== 'go' && focus.matches('button:focus-visible, a:focus-visible')) return;
  event.preventDefault();
  if (event.repeat) return;
  if (performance.now() - pedalAt < SETTLE_MS) {
    if (isFree(true)) hint('too-soon'); // a bouncing pedal
    return;
  }
  pedalAt = performance.now();
  goOn();
});

onLanguage(draw);
enter(['photographer', 'marshal', 'office']).then((entered) => {
  laneName = entered.lane;
  follow(laneName, lane, { draw });
});
