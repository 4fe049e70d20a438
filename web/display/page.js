// The hall's television: numbers only, of one lane or of up to four side by side. Nothing personal is asked for, sent or
// shown here. ?lane=A,B names the lanes; without it all that this device may see. ?sound=on for a browser that was told to
// allow sound without a touch.
import '/display/words.js';
import '/shared/theme.js';
import { Board } from '/display/board.js';
import { Caller, hasVoice } from '/display/voice.js';
import {
  $, NoAnswer, goPair, isEnglish, onLanguage, pairWith, request, setText, store, takeToken, word,
} from '/shared/core.js';
import { isSounding, wakeSound } from '/shared/sound.js';

const ROLES = ['display', 'liaison', 'photographer', 'marshal', 'office'];
const LANES_MOST = 4; // a browser keeps six connections to one server open
const COME_COUNTS = [4, 4, 3, 2, 2]; // by the number of lanes
const WOKEN_MS = 1000;
const query = new URLSearchParams(location.search);
const boards = [];

// ---- sound
const caller = new Caller({ isCurrent: (call) => boards.some((board) => board.key === call.key), isOn: () => isSounding() && !isMuted() });
const isMuted = () => store.get('paihao.display-sound') === 'off';
let wokenAt = -WOKEN_MS;

function drawSound() {
  const button = $('#sound');
  const kind = !isSounding() ? 'asleep' : isMuted() ? 'muted' : 'on';
  button.dataset.kind = kind;
  const sign = { asleep: '▶', muted: '○', on: '●' }[kind];
  const key = { asleep: 'sound-off', muted: 'sound-muted', on: 'sound-on' }[kind];
  setText(button, `${sign} ${word(key)}${kind === 'on' && !hasVoice() ? ` · ${word('voice-none')}` : ''}`);
}
function announce(board) {
  const { current, room } = board.view;
  const isAlone = boards.length === 1;
  const place = isAlone ? null : [0, 1].map((index) => room || word('say-lane', { lane: board.laneName }, isEnglish() !== Boolean(index)));
  caller.add({ key: board.key, number: current.number, place });
}
wakeSound(() => {
  wokenAt = performance.now();
  drawSound();
  if (!isMuted()) for (const board of boards) if (board.key) announce(board); // so that whoever touched it hears that it works
}, query.get('sound') === 'on');
if ('speechSynthesis' in window) speechSynthesis.addEventListener('voiceschanged', drawSound);
$('#sound').addEventListener('click', () => {
  if (!isSounding() || performance.now() - wokenAt < WOKEN_MS) return; // that touch has just woken it
  store.set('paihao.display-sound', isMuted() ? 'on' : 'off');
  drawSound();
});

// ---- lanes
async function persist(ask) {
  for (;;) {
    try { return await ask(); } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}
// As enter() of the pages of one lane, for several. Resolves with the lanes to show.
async function enterHall() {
  const named = query.get('lane');
  const wished = (named || '').split(',').filter(Boolean);
  const token = takeToken();
  const ask = async () => {
    const { status, data } = await persist(() => request('/api/v1/me'));
    return status === 200 ? data : null;
  };
  const suits = (who) => ROLES.includes(who.role) && wished.every((lane) => !who.lane || who.lane === lane);
  let me = await ask();
  if (token && !(me && suits(me))) {
    const { status } = await persist(() => pairWith(token));
    if (status !== 200) return goPair('token', named);
    me = await ask();
  }
  if (!me) return goPair('none', named);
  if (!ROLES.includes(me.role)) return goPair('role', named);
  const mine = me.lane ? [me.lane] : me.lanes || [];
  return { mine, lanes: wished.length ? wished.filter((lane) => mine.includes(lane)) : mine };
}
function drawBar() {
  setText($('#lane'), boards.length === 1 && boards[0].view ? boards[0].title : '');
}
function show(lanes) {
  const first = $('#board');
  const roots = lanes.map((lane, index) => {
    const root = index ? first.cloneNode(true) : first;
    for (const node of index ? [root, ...root.querySelectorAll('[id]')] : []) node.removeAttribute('id');
    return root;
  });
  $('main').append(...roots);
  $('main').dataset.lanes = String(lanes.length);
  for (const [index, root] of roots.entries()) {
    root.querySelector('[data-part="lane"]').hidden = lanes.length === 1;
    boards.push(new Board(root, lanes[index], { comeCount: COME_COUNTS[lanes.length], missedCount: lanes.length > 1 ? 1 : 3, drawn: drawBar, called: announce }));
  }
}

onLanguage(() => {
  drawSound();
  for (const board of boards) if (!board.view) setText(board.parts['now-word'], word('connecting'));
});
drawSound();
enterHall().then(async ({ mine, lanes }) => {
  const isShowable = lanes.length && lanes.length <= LANES_MOST;
  if (isShowable) show(lanes); else (await import('/shared/lanes.js')).chooseLane(mine);
});
