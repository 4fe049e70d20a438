// The photographer's glass: who sits down now, and one tap per person. A tap names the number it means; taps while
// one is being sent, or just after the number changed, are not meant for the new number and do nothing, visibly.
// While there is no network taps go on: each is kept in the outbox, and the page shows the line as it will be if the server
// takes them, marked as not confirmed.
import {
  $, Lane, Outbox, addWords, bilingual, busy, clockTime, drawCover, element, enter, fitText, follow, isLost, lanePath, laneTitle,
  mediumNote, onLanguage, problemText, setText, store, unitText, word,
} from '/shared/core.js';

addWords({
  'sit-down': ['请就座', 'please sit'], 'then': ['随后', 'Then'], 'not-called': ['尚未叫号', 'not called yet'], nobody: ['没有人等候', 'Nobody is waiting'],
  'retake-sure': ['再按一次 {number}', 'Again: {number}'], 'retake-recalls': ['叫回重拍', 'calls back for a retake'],
  'retake-none': ['还没有可重拍的号', 'No number to retake yet'], 'did-call': ['已叫号', 'called'], 'did-shot': ['已拍', 'shot'],
  'did-miss': ['已记过号', 'marked as missed'], 'did-retake': ['已叫回重拍', 'called back for a retake'], 'did-void': ['已作废', 'void'],
  'did-elsewhere': ['（另一台设备已操作）', '(done on another device)'], 'too-soon': ['刚换号，这一下没有生效', 'The number just changed: that tap did nothing'],
  confirm: ['报号相符', 'Number is right'], confirmed: ['报号已核对', 'number checked'], mismatch: ['报号不符', 'Wrong number'],
  'mismatch-keys': ['按 X 或 PageUp', 'key X or PageUp'], 'confirm-first': ['先核对报号', 'Check number first'],
  'say-number': ['请同学报号', 'Ask for the number'], 'did-confirm': ['报号相符', 'number is right'],
  'did-mismatch': ['报号不符，已停', 'wrong number, stopped'], 'did-acknowledge': ['已知悉', 'acknowledged'], acknowledge: ['知道了', 'Understood'],
  'shot-card': ['收卡 · 已拍', 'Card + shot'], 'no-card': ['没交卡，仍已拍', 'No card, shot'],
  'void-elsewhere': ['{number} 已由他人作废：此号没有照片', '{number} was voided by somebody else: no photo'],
  'void-more': ['（还有 {count} 个）', ' ({count} more)'], 'sit-scan': ['请下一位刷证件或扫码，直接就座', 'Next person: present card or code, then sit'],
  stop: ['停拍', 'STOP'], 'stop-what': ['报的号与屏幕不符', 'The spoken number did not match'],
  'stop-risk': ['照片可能张冠李戴', 'Photographs that may be of somebody else'], 'stop-none': ['之前的号都已核对', 'every number before was checked'],
  'stop-1': ['不要按快门，请在座的同学不要离开', 'Do not press the shutter. Nobody leaves the seat'],
  'stop-2': ['叫引导员来，核对在座同学的号码和姓名', 'Call the marshal: compare number and name of who sits there'],
  'stop-3': ['引导员在其页面上选定处理方式后，本屏自动恢复', 'The marshal decides on the marshal page; then this screen goes on'],
  'stop-resolve': ['去处理', 'Settle it'], undo: ['撤销', 'Undo'], 'did-undo': ['已撤销，请重新按“已拍”', 'taken back: press Shot again'],
  'undo-none': ['现在没有可撤销的“已拍”', 'No shot to take back now'], final: ['不能撤销', 'final'],
  kept: ['已存在本机，连上后发送', 'kept on this device, sent once connected'], unsure: ['未经服务器确认', 'not confirmed'],
  unstored: ['本机存不下，勿关闭或刷新此页', 'Taps cannot be stored: keep this page open'],
  told: ['这些操作没有生效，请核对', 'These taps did not take effect. Check them'], keys: ['按键', 'Keys'],
  'no-network': ['没有网络，稍后再试', 'No network. Try later'],
});

const SETTLE_MS = 1500;
const SURE_MS = 5000;
const UNDO_MS = 20000;
const WISHED = { call: 'called', shot: 'shot', miss: 'missed', retake: 'called', undo: 'called', void: 'void', acknowledge: 'void' };
// From which state a tap leads where: what the line will be once the server knows.
const STEPS = { call: ['waiting', 'called'], shot: ['called', 'shot'], miss: ['called', 'missed'], void: ['called', 'void'], retake: ['shot', 'called'], undo: ['shot', 'called'] };

const truth = new Lane(); // as the server said
let lane = truth; // what is shown: that, and the kept taps
let laneName = '';
let outbox = null;
let undoable = { number: '', until: 0 };
let undoTimer = 0;
let sure = null; // the number whose retake awaits its second tap
let sureTimer = 0;
let shown = null; // number and state of the ticket in the middle
let settledAt = -SETTLE_MS;
let settleTimer = 0;
let refresh = () => {};
let answer = null; // {kind: pending|done|failed|info, text: () => string}
const fitNumber = fitText($('#number'));
const fitStop = fitText($('#stop-number'));

const called = () => lane.snapshot && lane.snapshot.current;
const first = () => lane.snapshot && !called() && lane.snapshot.line[0];
const retakable = () => lane.snapshot && lane.snapshot.last;
const rules = () => (lane.snapshot && lane.snapshot.rules) || {};
const needsConfirm = () => Boolean(rules().spoken_check && called() && !called().confirmed);
const takesCard = () => { const ticket = called(); return Boolean(ticket && rules().payment === 'token' && ticket.payment === 'paid' && !ticket.card_back); };
const pending = () => outbox && outbox.taps.find((tap) => !tap.kept);
const keptCount = () => (outbox ? outbox.taps.filter((tap) => tap.kept).length : 0);
const takesBack = () => { const last = retakable(); return last && last.number === undoable.number && performance.now() < undoable.until && last; };
const eventNow = () => truth.snapshot.event?.created_at; // tells an event from another with the same numbers
const isSettling = () => performance.now() - settledAt < SETTLE_MS;

// ---- the line as it will be
const nextWaiting = (view, number) => view.line.find((ticket) => ticket.state === 'waiting' && ticket.number !== number);
function predict(guess, { number, verb, body, then }) {
  const ticket = guess.tickets.get(number);
  const put = (one, change) => guess.apply({ ...one, ...change, seq: one.seq + 0.001 });
  const [from, to] = STEPS[verb] || [];
  if (verb === 'acknowledge') guess.snapshot.open_voids = guess.snapshot.open_voids.filter((each) => each.number !== number);
  if (!ticket) return;
  if (verb === 'confirm' && ticket.state === 'called') put(ticket, { confirmed: true });
  if (verb === 'mismatch' && ticket.state === 'called') guess.snapshot.stopped = { ticket, at_risk: null };
  if (ticket.state !== from) return;
  const isRetake = verb === 'retake';
  put(ticket, { state: verb === 'miss' && ticket.shot_at ? 'shot' : to, retakes: ticket.retakes + Number(isRetake), confirmed: ticket.confirmed && verb === 'undo', shot_at: verb === 'shot' ? 'kept' : ticket.shot_at, card_back: ticket.card_back || Boolean(body.card) });
  const next = guess.tickets.get(then);
  if (next && next.state === 'waiting' && !guess.snapshot.current) put(next, { state: 'called', confirmed: false });
}
function guessed() {
  if (!keptCount() || !truth.snapshot) return truth;
  const guess = new Lane();
  guess.replace(JSON.parse(JSON.stringify(truth.snapshot)));
  for (const tap of outbox.taps) if (tap.kept) predict(guess, tap);
  return guess;
}

// ---- what the page shows
function draw() {
  lane = guessed();
  const view = lane.snapshot;
  if (!view) return;
  const isUnsure = lane !== truth || isLost();
  document.body.toggleAttribute('data-unsure', isUnsure);
  if (pending()) document.body.dataset.pending = pending().number; else delete document.body.dataset.pending;
  drawCover();
  drawTold();
  setText($('#lane'), laneTitle(view.lane, view.room));
  drawFacts(view);
  drawMiddle(called() || first());
  drawNext(called() ? view.line.slice(0, 3) : view.line.slice(1, 4));
  drawButtons();
  drawVoids(view.open_voids || []);
  drawStop(view.stopped);
  drawAnswer();
}

function drawFacts(view) {
  const isOpen = view.session.state === 'open';
  setText($('#session'), `${isOpen ? '●' : '○'} ${word(isOpen ? 'session-open' : 'session-closed')}`);
  $('#session').dataset.kind = isOpen ? 'good' : 'off';
  setText($('#counts'), `${word('waiting')} ${view.counts.waiting} · ${word('shot')} ${view.counts.shot}`);
  const alarm = view.store && view.store !== 'ok' ? word(`store-${view.store}`) : outbox?.isStored === false ? word('unstored')
    : view.event && view.event.state === 'closed' ? word('event-closed') : '';
  $('#alarm').hidden = !alarm;
  setText($('#alarm'), alarm);
}

function drawMiddle(ticket) {
  const state = !ticket ? 'empty' : ticket.state === 'called' ? 'called' : 'ready';
  $('#hero').dataset.state = state;
  const label = { called: ['now', 'sit-down'], ready: ['next', 'not-called'], empty: ['nobody'] }[state];
  const isUnsaid = state === 'called' && needsConfirm();
  $('#hero').dataset.unsaid = isUnsaid;
  if (isUnsaid) label[1] = 'say-number';
  const isOpen = lane.snapshot.session.state === 'open';
  if (state === 'empty' && (rules().scan_and_sit || !isOpen)) label[0] = isOpen ? 'sit-scan' : 'session-closed';
  if ('unsure' in document.body.dataset) label.push('unsure');
  setText($('#label'), label.map((key) => word(key)).join(' · '));
  setText($('#number'), ticket ? ticket.number : '');
  setText($('#name'), ticket ? ticket.name || '' : '');
  setText($('#unit'), ticket ? unitText(ticket) : '');
  const note = ticket ? mediumNote(ticket) : '';
  $('#note').hidden = !note;
  setText($('#note'), note ? `⚠ ${note}` : '');
  const now = ticket ? `${ticket.number} ${state} ${ticket.retakes} ${ticket.confirmed}` : '';
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
  const sending = pending();
  const isBusy = Boolean(sending);
  const unsaid = needsConfirm();
  const label = unsaid ? 'confirm-first' : verb === 'shot' && takesCard() ? 'shot-card' : verb;
  setText($('#go-key'), !ticket ? word('nobody') : unsaid ? word(label) : `${verb === 'shot' ? '✓ ' : '▶ '}${word(label)} ${ticket.number}`);
  setText($('#go-other'), word(ticket ? label : 'nobody', {}, true));
  drawStrip(unsaid);
  go.dataset.verb = ticket ? verb : '';
  const last = retakable();
  const isSure = last && sure === last.number;
  setText($('#retake-key'), isSure ? word('retake-sure', { number: last.number }) : word('retake'));
  setText($('#retake-other'), isSure ? word('retake-recalls') : last ? last.number : word('retake', {}, true));
  $('#retake').dataset.sure = Boolean(isSure);
  const settling = isSettling();
  const off = { go: !ticket || settling || unsaid, confirm: !unsaid || settling, mismatch: !called(), 'no-card': settling, miss: !called() || settling, retake: !last, void: !called() };
  for (const [id, isOff] of Object.entries(off)) {
    const button = $(`#${id}`);
    button.setAttribute('aria-disabled', isOff || isBusy);
    const meant = sending && (id === sending.verb || (id === 'go' && ['call', 'shot'].includes(sending.verb)));
    button.toggleAttribute('data-pending', Boolean(meant));
    button.toggleAttribute('data-settling', settling && (id === 'go' || id === 'miss'));
  }
}

function drawUndo() {
  const last = takesBack();
  $('#undo').hidden = !last;
  if (last) setText($('#undo'), `↶ ${word('undo')} ${last.number}`);
}

// What the server refused of the kept taps, until it was seen.
function drawTold() {
  const told = outbox ? outbox.told : [];
  $('#told').hidden = !told.length;
  if ($('#told-list').dataset.key === (($('#told-list').dataset.key = `${word('language')} ${told.map((each) => each.key)}`))) return;
  if (told.length) play('refused');
  $('#told-list').replaceChildren(...told.map((each) => {
    const { first } = bilingual(each.message);
    const item = element('li', '', `✕ ${clockTime(each.at)} ${each.number} ${word(each.verb)}: ${first}`);
    const button = item.appendChild(element('button', '', word('acknowledge')));
    button.addEventListener('click', () => outbox.seen(each.key));
    return item;
  }));
}

// The spoken number, and the payment card: beside the shot, and only where the rules ask for them.
function drawStrip(unsaid) {
  const isSpoken = rules().spoken_check && called();
  $('#mismatch').hidden = !isSpoken;
  $('#confirm').hidden = !isSpoken;
  $('#no-card').hidden = !takesCard() || unsaid;
  $('#strip').hidden = !isSpoken && !takesCard();
  document.body.dataset.extra = Number(!$('#strip').hidden) + Number((lane.snapshot.open_voids || []).length > 0); // rows that the hero gives up room for
  const isDone = isSpoken && !unsaid;
  setText($('#confirm-key'), `✓ ${word(isDone ? 'confirmed' : 'confirm')}${called() ? ` ${called().number}` : ''}`);
  setText($('#confirm-other'), word(isDone ? 'confirmed' : 'confirm', {}, true));
  $('#confirm').classList.toggle('main-button', !isDone);
}

function drawVoids(voids) {
  const [first_void, ...more] = voids;
  $('#voids').hidden = !first_void;
  if (!first_void) return;
  setText($('#voids-text'), `${word('void-elsewhere', { number: first_void.number })}${more.length ? word('void-more', { count: more.length }) : ''}`);
  $('#acknowledge').dataset.number = first_void.number;
}

function drawStop(stopped) {
  const stop = $('#stop');
  const wasHidden = stop.hidden;
  stop.hidden = !stopped;
  clearInterval(alarmTimer);
  if (stopped) {
    if (wasHidden) play('alarm');
    alarmTimer = setInterval(() => play('alarm'), 3000);
  }
  for (const part of [$('header'), $('main')]) part.inert = stopped;
  if (!stopped) { if (!wasHidden) $('#go').focus({ focusVisible: false }); return; }
  if (wasHidden) for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  setText($('#stop-number'), stopped.ticket.number);
  const risks = (stopped.at_risk || []).filter((ticket) => ticket.number !== stopped.ticket.number);
  $('#stop-risk').replaceChildren(...risks.map((ticket) => {
    const item = element('li', '', ticket.number);
    if (ticket.name) item.append(element('span', 'stop-name', ticket.name));
    return item;
  }));
  if (!risks.length && stopped.at_risk) $('#stop-risk').append(element('li', 'none', word('stop-none')));
  $('#stop-label').hidden = !risks.length;
  fitStop();
  if (wasHidden) stop.focus();
}

let alarmTimer = 0;
let sound = null; // loaded at the first touch: browsers are silent before it
const play = (name) => { if (sound) sound.beep(name); };
for (const touch of ['pointerdown', 'keydown']) {
  document.addEventListener(touch, () => {
    import('/shared/sound.js').then((loaded) => { (sound = loaded).wakeSound($('#sound')); }, () => {});
  }, { once: true });
}

function drawAnswer() {
  drawUndo();
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
const pathOf = (number, verb) => `${lanePath(laneName)}/tickets/${encodeURIComponent(number)}/${verb}`;
function act(verb, number, body) {
  const ticket = lane.tickets.get(number);
  const next = body.advance && nextWaiting(lane.snapshot, number);
  const isKept = isLost() || keptCount() > 0;
  if (ticket && verb !== 'acknowledge') body = { ...body, retakes: ticket.retakes }; // not meant for a later frame of that number
  say('pending', () => `… ${number} ${word(verb)} · ${word(isKept ? 'kept' : 'sending')}`);
  if (isKept) keepUndo(verb, number);
  outbox.add({ path: pathOf(number, verb), verb, number, body, kept: isKept, then: next ? next.number : '', event: eventNow(), issued: ticket && ticket.issued_at });
}

function keepUndo(verb, number) {
  if (verb === 'shot') undoable = { number, until: performance.now() + UNDO_MS };
  clearTimeout(undoTimer);
  undoTimer = setTimeout(drawUndo, UNDO_MS + 20);
}

async function answered(tap, got) {
  const { verb, number } = tap;
  const ticket = got.status === 200 ? got.data : got.data?.ticket;
  // Another tablet was faster: the number already is where this tap wanted it.
  const elsewhere = got.status === 409 && got.data?.code === 'wrong-state'
    && ticket && ticket.number === number && ticket.state === WISHED[verb] && ticket.retakes === tap.body.retakes + Number(verb === 'retake');
  if (ticket) truth.apply(ticket);
  if (got.status === 200 && got.data.called) truth.apply(got.data.called);
  if (verb === 'mismatch' && got.status === 200) truth.snapshot.stopped ||= { ticket, at_risk: null };
  if (verb === 'mismatch' || got.data?.code === 'lane-stopped') refresh(); // who is at risk
  if (got.status === 200 || (elsewhere && !tap.kept)) {
    if (!tap.kept) keepUndo(verb, number);
    const more = elsewhere ? word('did-elsewhere') : ['miss', 'void'].includes(verb) ? ` · ${word('final')}` : '';
    say('done', () => `✓ ${number} ${word(`did-${verb}`)}${more}`);
  } else {
    say('failed', () => { const text = problemText(got); return `✕ ${number} ${word(verb)}: ${text.first} ${text.second || ''}`; });
    if (tap.kept && tap.then && !elsewhere) await callAfter(tap);
  }
  draw();
}
// The next one was not called with the tap that was refused; the taps that were made for that one need it.
async function callAfter(tap) {
  await refresh();
  const then = truth.tickets.get(tap.then);
  if (then && then.state === 'waiting' && !truth.snapshot.current) {
    outbox.addBefore(tap, { path: pathOf(tap.then, 'call'), verb: 'call', number: tap.then, body: { retakes: then.retakes }, event: tap.event, issued: then.issued_at });
  }
}
const again = ({ kept, number, verb }) => {
  if (!kept) say('pending', () => `… ${number} ${word(verb)} · ${word('sending-again')}`);
};

function isFree(mindsSettling) {
  if (pending()) hint('still-sending');
  else if (mindsSettling && isSettling()) hint('too-soon');
  else return true;
  return false;
}

function goOn() {
  const ticket = called() || first();
  if (!isFree(true)) return;
  disarm();
  if (!ticket) hint('nobody');
  else if (needsConfirm()) hint('confirm-first');
  else if (called()) act('shot', ticket.number, { advance: true, ...(takesCard() ? { card: true } : {}) });
  else act('call', ticket.number, {});
}
// The pedal does what comes next; the button does what stands on it.
function step() {
  if (needsConfirm()) confirm();
  else goOn();
}
function confirm() {
  if (!isFree(true)) return;
  disarm();
  if (needsConfirm()) act('confirm', called().number, {});
}
function mismatch() {
  if (!isFree(false)) return;
  disarm();
  if (rules().spoken_check && called()) act('mismatch', called().number, {});
}
function shotWithoutCard() {
  if (!isFree(true)) return;
  disarm();
  if (needsConfirm()) hint('confirm-first');
  else if (called()) act('shot', called().number, { advance: true });
}
function acknowledge() {
  if (isFree(false)) act('acknowledge', $('#acknowledge').dataset.number, {});
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
function undo() {
  const last = takesBack();
  if (!isFree(false)) return;
  disarm();
  if (last) act('undo', last.number, {});
  else hint('undo-none');
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
  const { word: isButton, reason } = event.target.dataset;
  if (!isButton) return;
  $('#void-menu').close();
  if (reason && isFree(false)) act('void', voiding, { advance: true, reason });
}

// ---- fingers and the foot pedal
const ACTS = { go: goOn, miss, retake, void: openVoid, confirm, mismatch, 'no-card': shotWithoutCard, acknowledge, undo };
for (const [id, press] of Object.entries(ACTS)) {
  const button = $(`#${id}`);
  button.addEventListener('click', (event) => {
    press();
    // so that the pedal's next key is the pedal's, not this button's
    if (event.detail) button.blur();
  });
}
$('#void-reasons').prepend(...['test', 'duplicate', 'left', 'wrong-person', 'equipment', 'other'].map((reason) => {
  const button = element('button', '', word(`reason-${reason}`));
  Object.assign(button.dataset, { word: `reason-${reason}`, reason });
  return button;
}));
$('#void-menu').addEventListener('click', chooseVoid);

// Which keys do what on this device: a foot pedal or a Bluetooth remote sends what it likes (keys.js changes them).
const KEYS = { step: [' ', 'Enter', 'PageDown', 'ArrowRight', 'ArrowDown'], undo: ['Backspace', 'z'], retake: ['r'], miss: ['m'], mismatch: ['x', 'PageUp'] };
const PEDAL = { step, undo, retake, miss, mismatch };
const keysNow = () => {
  try {
    const own = JSON.parse(store.get('paihao.keys'));
    return Object.values(own).every(Array.isArray) ? { ...KEYS, ...own } : KEYS;
  } catch { return KEYS; }
};
let keys = keysNow();
$('#keys').addEventListener('click', async () => {
  try {
    (await import('/photographer/keys.js')).chooseKeys(KEYS, keys, (chosen) => {
      store.set('paihao.keys', JSON.stringify(chosen));
      keys = keysNow();
    });
  } catch { hint('no-network'); }
});

let pedalAt = -SETTLE_MS;
document.addEventListener('keydown', (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = Object.keys(PEDAL).find((each) => keys[each].includes(key));
  if (!name || event.ctrlKey || event.altKey || event.metaKey || (name === 'mismatch' && !rules().spoken_check)) return;
  if (document.querySelector('dialog[open]') || !$('#stop').hidden || !['live', 'lost'].includes(document.documentElement.dataset.link)) return;
  // Somebody who walks through the page by keyboard means the button in focus.
  const focus = document.activeElement;
  if ([' ', 'Enter'].includes(key) && focus && focus.id !== 'go' && focus.matches('button:focus-visible, a:focus-visible')) return;
  event.preventDefault();
  if (event.repeat) return;
  if (name !== 'step') { PEDAL[name](); return; }
  if (performance.now() - pedalAt < SETTLE_MS) {
    if (isFree(true)) hint('too-soon'); // a bouncing pedal
    return;
  }
  pedalAt = performance.now();
  step();
});

function isOurs({ number, issued, event }) {
  const ticket = truth.tickets.get(number);
  return (!event || event === eventNow()) && (!ticket || !issued || ticket.issued_at === issued);
}
function link() {
  if (!isLost()) outbox.pump();
  else outbox.keep();
}
onLanguage(draw);
busy.add(() => performance.now() < undoable.until);
enter(['photographer', 'marshal', 'office']).then((entered) => {
  laneName = entered.lane;
  $('#stop-resolve').hidden = entered.me.role === 'photographer';
  $('#stop-resolve').href = `/marshal/?${new URLSearchParams({ lane: laneName })}`;
  outbox = new Outbox(laneName, { changed: draw, answered, again, isOurs });
  refresh = follow(laneName, truth, { draw, link, kept: keptCount });
});
