// Each lane's session: opened and closed here, and at the close a list of everybody who is still open. At the very end the
// event. A close that the ledger refuses shows which lines do not come to zero, and the way there.
import { startBackup } from '/office/backup.js';
import {
  $, NoAnswer, command, element, lanePath, laneTitle, onLanguage, problemText, setText, word,
} from '/shared/core.js';
import { lineFacts } from '/office/ledger.js';

const SURE_MS = 5000;
const EVENT = ' event'; // no lane is called so

export function startSessions(lanes, ask) {
  const views = new Map(); // lane -> snapshot
  let report = null; // {lane, open, voids, stopped}, or {lane, lines} of a close that the ledger refused
  let sure = '';
  let sureTimer = 0;
  let pending = '';
  let failure = null; // {lane, answer}; the lane EVENT is the whole event

  const facts = (view) => {
    const box = element('span', 'session-facts', word('session-facts', view.counts));
    const alarms = [view.stopped && word('session-stopped', { number: view.stopped.ticket.number }),
      failure && failure.lane === view.lane && problemText(failure.answer).first];
    for (const alarm of alarms.filter(Boolean)) box.append(' · ', element('strong', 'session-alarm', `✕ ${alarm}`));
    return box;
  };
  const row = (lane) => {
    const item = element('li');
    const view = views.get(lane);
    item.append(element('strong', '', laneTitle(lane, view ? view.room : '')));
    if (!view) return item;
    const isOpen = view.session.state === 'open';
    const chip = element('span', 'chip', `${isOpen ? '●' : '○'} ${word(isOpen ? 'session-open' : 'session-closed')}`);
    chip.dataset.kind = isOpen ? 'good' : 'off';
    const key = !isOpen ? 'session-to-open' : sure === lane ? 'session-sure' : 'session-to-close';
    const button = element('button', '', pending === lane ? `… ${word('sending')}` : word(key));
    button.type = 'button';
    button.dataset.lane = lane;
    button.dataset.sure = String(sure === lane);
    button.setAttribute('aria-label', `${laneTitle(lane, '')}: ${word(key)}`);
    item.append(chip, facts(view), button);
    return item;
  };
  const drawOpenLines = (box) => {
    const list = element('ul');
    const title = element('h3', '', `✕ ${report.lane === EVENT ? word('close-event-ledger') : word('close-ledger', { lane: laneTitle(report.lane, '') })}`);
    list.append(...report.lines.map((line) => element('li', '', lineFacts(line))));
    if (box.textContent.startsWith(title.textContent + list.textContent)) return; // the button keeps the focus
    const button = element('button', '', word('close-to-ledger'));
    button.type = 'button';
    button.addEventListener('click', () => $('[data-to-view="ledger"]').click());
    box.dataset.kind = 'open';
    box.replaceChildren(title, list, button);
  };
  const drawReport = () => {
    const box = $('#close-report');
    box.hidden = !report;
    if (!report) return;
    if (report.lines) { drawOpenLines(box); return; }
    const { open, voids, stopped, lane } = report;
    const isClean = !open.length && !voids.length && !stopped;
    box.dataset.kind = isClean ? 'clean' : 'open';
    const list = element('ul', 'facts');
    list.append(...open.map((ticket) => element('li', '', `${ticket.number} ${ticket.name || ''} ${ticket.unit || ''} · ${word(`state-${ticket.state}`)}`)));
    box.replaceChildren(element('h3', '', `${isClean ? '✓' : '⚠'} ${word(open.length ? 'close-open' : 'close-clean', { lane: laneTitle(lane, ''), count: open.length })}`), list);
    if (voids.length) box.append(element('p', '', `${word('close-voids', { count: voids.length })}: ${voids.map((ticket) => ticket.number).join(' ')}`));
    if (stopped) box.append(element('p', '', `✕ ${word('session-stopped', { number: stopped.ticket.number })}`));
  };
  const drawEvent = () => {
    const isClosed = [...views.values()].some((view) => view.event && view.event.state === 'closed');
    const button = $('#event-close');
    button.hidden = isClosed;
    button.dataset.sure = String(sure === EVENT);
    setText(button, pending === EVENT ? `… ${word('sending')}` : word(sure === EVENT ? 'event-close-sure' : 'event-close'));
    const isRefused = failure && failure.lane === EVENT;
    $('#event-answer').dataset.kind = isRefused ? 'failed' : isClosed ? 'done' : '';
    setText($('#event-answer'), isRefused ? `✕ ${problemText(failure.answer).first}` : isClosed ? `✓ ${word('event-is-closed')}` : '');
  };
  const draw = () => {
    const focus = document.activeElement && document.activeElement.dataset.lane;
    $('#sessions').replaceChildren(...lanes.map(row));
    if (focus) [...document.querySelectorAll('#sessions button')].find((node) => node.dataset.lane === focus)?.focus();
    drawEvent();
    drawReport();
  };
  const backup = startBackup(ask);
  const show = async () => {
    await backup.show();
    for (const lane of lanes) {
      const answer = await ask(lanePath(lane));
      if (!answer) return;
      if (answer.status === 200) views.set(lane, answer.data);
    }
    draw();
  };
  const set = async (lane, state) => {
    pending = lane;
    failure = null;
    draw();
    try {
      const answer = lane === EVENT ? await command('/api/v1/event/close', {}) : await command(`${lanePath(lane)}/session`, { state });
      const lines = answer.data && answer.data.code === 'ledger-open' && answer.data.lines;
      if (lines) report = { lane, lines };
      if (answer.status !== 200) failure = { lane, answer };
      else if (lane === EVENT) report = null;
      else if (state === 'closed') report = { lane, open: answer.data.open || [], voids: answer.data.open_voids || [], stopped: answer.data.stopped };
      else if (report && report.lane === lane) report = null;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      failure = { lane, answer: null };
    }
    pending = '';
    await show();
  };
  // What cannot be taken back needs a second tap.
  const press = (lane, isOpen) => {
    if (isOpen && sure !== lane) {
      sure = lane;
      clearTimeout(sureTimer);
      sureTimer = setTimeout(() => { sure = ''; draw(); }, SURE_MS);
      draw();
      return;
    }
    sure = '';
    set(lane, isOpen ? 'closed' : 'open');
  };
  $('#sessions').addEventListener('click', (event) => {
    const button = event.target.closest('button[data-lane]');
    if (!button || pending) return;
    const { lane } = button.dataset;
    press(lane, views.get(lane).session.state === 'open');
  });
  $('#event-close').addEventListener('click', () => { if (!pending) press(EVENT, true); });
  onLanguage(draw);
  return { show };
}
