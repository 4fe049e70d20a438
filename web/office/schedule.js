// The stored schedule with the linter's doubts beside it, and when each slot will really end.
import {
  $, element, onLanguage, problemText, setText, word,
} from '/shared/core.js';
import { problemsTable } from '/office/lists.js';
import { table } from '/office/table.js';

const minutes = (seconds) => (seconds > 0 ? word('plan-minutes', { count: Math.ceil(seconds / 60) }) : '');
const dateText = (slot) => (slot.date ? `${slot.date} ${slot.weekday ? word('weekdays').split(' ')[slot.weekday - 1] || '' : ''}` : '—');

export function startSchedule(ask) {
  let schedule = null;
  let plan = null;
  let failure = null;
  let pace = 0;

  const severityOf = (slot) => {
    const rows = schedule.problems.filter((each) => each.sheet === slot.sheet && (each.row === slot.row || each.other_row === slot.row)).map((each) => each.severity);
    return ['error', 'warning', 'note'].find((each) => rows.includes(each)) || '';
  };
  const drawSlots = () => {
    $('#schedule-problems').replaceChildren(...(schedule ? [problemsTable(schedule.problems)] : []));
    $('#slots').replaceChildren(...(schedule ? [table(word('slots-caption'), [
      { title: word('slot-lane'), of: (slot) => slot.lane || slot.place || '—' },
      { title: word('slot-date'), of: dateText },
      { title: word('slot-time'), of: (slot) => `${slot.start}–${slot.end}` },
      { title: word('slot-units'), of: (slot) => `${slot.parent === null ? '' : '↳ '}${slot.text}` },
      { title: word('slot-planned'), of: (slot) => slot.planned || '', figure: true },
      { title: word('slot-row'), of: (slot) => [slot.sheet, slot.row].filter(Boolean).join(' '), figure: true },
    ], schedule.slots, severityOf)] : []));
  };
  const drawPlan = () => {
    if (!plan || !schedule) { $('#plan').replaceChildren(); return; }
    $('#plan').replaceChildren(table(word('plan-sessions', { pace: plan.pace_ms / 1000 }), [
      { title: word('slot-lane'), of: (each) => each.lane || '—' }, { title: word('slot-date'), of: (each) => each.date },
      { title: word('col-people'), of: (each) => each.people, figure: true }, { title: word('plan-late'), of: (each) => each.late || '', figure: true },
      { title: word('plan-planned-end'), of: (each) => each.planned_end.slice(0, 5), figure: true },
      { title: word('plan-end'), of: (each) => each.end.slice(0, 5), figure: true },
      { title: word('plan-over'), of: (each) => (each.overruns ? `⚠ ${word('plan-over')}` : `✓ ${word('plan-ok')}`) },
    ], plan.sessions, (each) => (each.overruns ? 'warning' : '')), table(word('plan-slots'), [
      { title: word('slot-lane'), of: (each) => each.lane || '—' }, { title: word('slot-date'), of: (each) => each.date },
      { title: word('slot-time'), of: (each) => `${each.planned_start}–${each.planned_end}` },
      { title: word('slot-units'), of: (each) => (schedule.slots[each.slot] ? schedule.slots[each.slot].text : '') },
      { title: word('col-people'), of: (each) => each.people, figure: true },
      { title: word('plan-end'), of: (each) => each.end.slice(0, 5), figure: true },
      { title: word('plan-over'), of: (each) => minutes(each.overrun_s), figure: true },
      { title: word('plan-delay'), of: (each) => minutes(each.delay_s), figure: true },
    ], plan.slots, (each) => (each.overrun_s > 0 ? 'warning' : '')));
  };
  const draw = () => {
    $('#schedule-answer').dataset.kind = failure ? 'failed' : '';
    setText($('#schedule-answer'), failure ? failure() : '');
    drawSlots();
    drawPlan();
  };
  const show = async (isFirst) => {
    if (!isFirst) return; // it changes by an import only
    const answer = await ask('/api/v1/schedule');
    if (!answer) return;
    schedule = answer.status === 200 ? answer.data : null;
    failure = schedule ? null : answer.status === 404 ? () => word('schedule-none') : () => `✕ ${problemText(answer).first}`;
    if (schedule && pace) await simulate();
    draw();
  };
  const simulate = async () => {
    const answer = await ask(`/api/v1/schedule/simulation?${new URLSearchParams({ pace_s: pace })}`);
    if (!answer) return;
    plan = answer.status === 200 ? answer.data : null;
    failure = plan ? null : () => `✕ ${problemText(answer).first}`;
  };
  $('#plan-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const typed = Number($('#pace').value);
    if (!Number.isInteger(typed) || typed < 1 || typed > 600) {
      failure = () => `✕ ${word('plan-pace-wrong')}`;
      $('#pace').focus();
    } else if (schedule) {
      pace = typed;
      await simulate();
    } else failure = () => word('schedule-none');
    draw();
  });
  onLanguage(draw);
  return { show };
}
