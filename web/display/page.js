// The hall's television: numbers only. Nothing personal is asked for, sent or shown here.
import '/shared/words.js';
import { $, Lane, element, enter, fitText, follow, laneTitle, onLanguage, setText, word } from '/shared/core.js';

const COME_COUNT = 4;
const MISSED_COUNT = 3;
const lane = new Lane();
const fitNow = fitText($('#now'));
const fitNext = fitText($('#next'));
const fitCome = fitText($('#come'));

function drawNow(view) {
  const isOpen = view.session.state === 'open';
  const key = view.current ? 'come-in' : isOpen || view.line.length ? 'not-open-yet' : 'session-closed';
  $('#now-panel').dataset.state = view.current ? 'called' : 'empty';
  setText($('#now-word'), view.current ? `${word('now')} · ${word(key)}` : word(key));
  setText($('#now-other'), view.current ? `${word('now', {}, true)} · ${word(key, {}, true)}` : word(key, {}, true));
  setText($('#now'), view.current ? view.current.number : '');
}

const numbers = (tickets) => tickets.map((ticket) => element('li', '', ticket.number));

function draw() {
  const view = lane.snapshot;
  if (!view) return;
  drawNow(view);
  const [next, ...rest] = view.line;
  setText($('#next'), next ? next.number : '');
  $('#next-panel').dataset.state = next ? 'waiting' : 'empty';
  $('#come').replaceChildren(...numbers(rest.slice(0, COME_COUNT)));
  const missed = view.done.filter((ticket) => ticket.state === 'missed').slice(0, MISSED_COUNT);
  $('#missed-panel').hidden = !missed.length;
  $('#missed').replaceChildren(...numbers(missed));
  setText($('#lane'), laneTitle(view.lane, view.room));
  fitNow();
  fitNext();
  fitCome();
}

onLanguage(() => { if (!lane.snapshot) setText($('#now-word'), word('connecting')); });
enter(['display', 'liaison', 'photographer', 'marshal', 'office']).then((entered) => {
  follow(entered.lane, lane, { draw });
});
