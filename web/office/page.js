// The office: sessions, the rules, lists, the schedule, classes, figures. Each part keeps what was typed or chosen in it until
// the server has taken it; leaving a part and coming back changes nothing.
import '/office/words.js';
import { Classes } from '/shared/classes.js';
import { $, NoAnswer, onLanguage, request, setText, word } from '/shared/core.js';
import { enterWhole } from '/shared/whole.js';
import { startFigures } from '/office/figures.js';
import { startHandover } from '/office/handover.js';
import { startLists } from '/office/lists.js';
import { startProfile } from '/office/profile.js';
import { startSchedule } from '/office/schedule.js';
import { startSessions } from '/office/sessions.js';

const EVERY_MS = 5000;
let trouble = '';
let payment = 'none';
const parts = {}; // view -> {show()}: called when it comes to the front, and every few seconds while it stands there

function tell(key) {
  trouble = key;
  $('#trouble').hidden = !key;
  setText($('#trouble'), key ? word(key) : '');
}

// A request whose missing answer is told on top, and comes back as null.
export async function ask(path, options) {
  try {
    const answer = await request(path, { timeout_ms: 10000, ...options });
    if (trouble === 'office-lost') tell('');
    return answer;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    tell('office-lost');
    return null;
  }
}

function showView(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll('[data-to-view]')) button.setAttribute('aria-pressed', String(button.dataset.toView === name));
  for (const part of document.querySelectorAll('[data-in]')) part.hidden = part.dataset.in !== name;
  if (parts[name]) parts[name].show(true);
}
for (const button of document.querySelectorAll('[data-to-view]')) button.addEventListener('click', () => showView(button.dataset.toView));

async function drawEvent() {
  const answer = await ask('/api/v1/event');
  if (answer && answer.status === 200) setText($('#event'), answer.data.name || '');
}

onLanguage(() => tell(trouble));
showView('sessions');
enterWhole(['office']).then(async (me) => {
  if (me.lane) { tell('office-lane-only'); return; }
  const lists = () => { parts.classes.show(); parts.schedule.show(true); };
  const rules = (answer) => { payment = answer.rules.payment; };
  const classes = new Classes($('#classes'), { canRoll: true, way: () => payment });
  Object.assign(parts, {
    sessions: startSessions(me.lanes || [], ask), profile: startProfile(ask, rules), lists: startLists(ask, lists),
    schedule: startSchedule(ask), classes: { show: () => classes.refresh() }, figures: startFigures(ask), handover: startHandover(ask),
  });
  drawEvent();
  parts.profile.show(true);
  showView(document.body.dataset.view);
  setInterval(() => { if (!document.hidden) parts[document.body.dataset.view].show(false); }, EVERY_MS);
  document.documentElement.dataset.link = 'live';
});
