// The check at the tail of the queue: says what the desk would say, and what to do about it. Issues nothing. What is
// scanned leaves the field at once and is kept nowhere.
import '/shared/theme.js';
import {
  $, Lane, NoAnswer, WORDS, bilingual, enter, follow, laneTitle, problemText, request, setText, translate, word,
} from '/shared/core.js';
import { scanBody, startScanField } from '/shared/scan.js';
import { beep, wakeSound } from '/shared/sound.js';
import { CHECK_WORDS } from '/check/words.js';

Object.assign(WORDS, CHECK_WORDS);
translate();

const SHOW_MS = 12000;
const SIGNS = { accepted: '✓', doubt: '?', already: '↻', refused: '✕', again: '↻' };
const lane = new Lane();
let laneName = '';
let shown = null; // {kind, title, number, message, advice}: the last three as {first, second} by language, or null
let shownTimer = 0;
let lastTag = null;
let compareWith = null; // the tag that the next scan is to be compared with

// ---- what stands on the page
const pair = (key) => ({ zh: WORDS[key][0], en: WORDS[key][1] });

function invitation() {
  const isOpen = lane.snapshot.session.state === 'open';
  return {
    kind: isOpen ? 'invite' : 'closed', title: 'check-invite', number: '', message: pair(isOpen ? 'check-invite-detail' : 'check-closed'),
    advice: pair('check-invite-advice'),
  };
}

function draw() {
  if (!lane.snapshot) return;
  const { kind, title, number, message, advice } = shown || invitation();
  const says = bilingual(message) || { first: '', second: '' };
  const helps = bilingual(advice) || { first: '', second: '' };
  $('#verdict').dataset.kind = kind;
  setText($('#title'), `${SIGNS[kind] ? `${SIGNS[kind]} ` : ''}${word(title)}`);
  setText($('#title-other'), word(title, {}, true));
  setText($('#number'), number);
  setText($('#message'), says.first);
  setText($('#message-other'), says.second);
  setText($('#advice'), helps.first);
  setText($('#advice-other'), helps.second);
  setText($('#lane'), `${word('title-check')} · ${laneTitle(lane.snapshot.lane, lane.snapshot.room)}`);
  const isOpen = lane.snapshot.session.state === 'open';
  setText($('#session'), word(isOpen ? 'session-open' : 'session-closed'));
  $('#session').dataset.kind = isOpen ? 'good' : 'off';
  $('#again').setAttribute('aria-disabled', String(!lastTag));
}

function show(view) {
  shown = view;
  clearTimeout(shownTimer);
  shownTimer = setTimeout(invite, SHOW_MS);
  draw();
}

function invite() {
  shown = null;
  lastTag = null;
  compareWith = null;
  draw();
}

// ---- a result, of this page's field or of a reader at the tail of the queue
function take(result) {
  const before = compareWith;
  compareWith = null;
  lastTag = result.tag;
  if (before && result.tag && before !== result.tag) {
    beep('refused');
    show({ kind: 'refused', title: 'check-changed', number: '', message: pair('check-changed-why'), advice: pair('check-changed-advice') });
    return;
  }
  const isSame = before && before === result.tag;
  const kind = result.verdict === 'accepted' && result.code ? 'doubt' : result.verdict;
  beep(kind === 'doubt' ? 'already' : result.verdict);
  show({
    kind, title: `check-${kind}`, number: result.number || '', message: isSame && kind === 'accepted' ? pair('check-same') : result.message,
    advice: result.advice,
  });
}

async function check(body) {
  try {
    const answer = await request(`/api/v1/lanes/${encodeURIComponent(laneName)}/check`, { method: 'POST', body });
    if (answer.status === 200) {
      take(answer.data);
      return;
    }
    const { message } = answer.data || {};
    const other = problemText(answer).first;
    show({ kind: 'refused', title: 'failed', number: '', message: message || { zh: other, en: other }, advice: null });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    show({ kind: 'refused', title: 'no-answer', number: '', message: null, advice: null });
  }
}

// ---- the field: a keyboard-type scanner types and presses Enter or Tab; wherever it types, it types here. By hand only an
// ID number can be typed.
const field = $('#scan');
function idNumber(text) {
  const solid = text.replace(/\s+/g, '');
  return /^(\d{17}[\dXx]|\d{15}|[A-Za-z]{3}\d{12})$/.test(solid) ? { medium: 'manual', id_number: solid } : null;
}
function refuse(why) {
  beep('refused');
  show({ kind: 'refused', title: 'check-not-sent', number: '', message: pair(why), advice: pair(why === 'scan-large' ? 'check-no-code' : 'check-by-hand') });
}
const scanned = startScanField(field, {
  send: (body) => { if (laneName) check(body); },
  wait: () => show({ kind: 'again', title: 'check-second-line', number: '', message: pair('scan-second-line'), advice: null }),
  refuse,
  byHand: idNumber,
  empty: () => { if (laneName) check(scanBody('')); },
  takesAll: true,
});
$('#form').addEventListener('submit', (event) => { event.preventDefault(); scanned.end(); field.focus(); });
$('#again').addEventListener('click', () => {
  field.focus();
  if (!lastTag) return;
  compareWith = lastTag;
  show({ kind: 'again', title: 'check-again-now', number: '', message: null, advice: pair('check-invite-advice') });
});

wakeSound($('#sound'));
enter(['check', 'marshal', 'office']).then((entered) => {
  laneName = entered.lane;
  follow(laneName, lane, { draw, check: take });
});
