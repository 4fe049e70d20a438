// What is printed: which sheet, of which classes or lane. The sheet itself opens beside this page, ready for the printer.
import {
  $, element, lanePath, laneTitle, onLanguage, setText, word,
} from '/shared/core.js';
import { unitTitle } from '/shared/classes.js';

const BY_LANE = ['signoff-lane', 'slips'];
const BY_UNIT = ['signoff-units', 'bills'];

export function startSheets(lanes, ask) {
  let units = [];
  let chosen = null; // ids of classes; null: all
  const kind = $('#sheet-kind');
  const lane = $('#sheet-lane');

  const picked = () => units.map((unit) => unit.id).filter((id) => !chosen || chosen.has(id));
  const address = () => {
    const query = new URLSearchParams({ sheet: kind.value.startsWith('signoff') ? 'signoff' : kind.value });
    if (BY_LANE.includes(kind.value)) query.set('lane', lane.value);
    if (BY_UNIT.includes(kind.value) && (kind.value !== 'bills' || chosen)) query.set('units', picked().join(','));
    if (kind.value === 'slips') { query.set('from', $('#slips-from').value); query.set('count', $('#slips-count').value); }
    if (kind.value === 'notices') query.set('lanes', lanes.join(','));
    return `/print/?${query}`;
  };
  const drawUnits = () => {
    $('#sheet-units').replaceChildren(...units.map((unit) => {
      const row = element('label', 'tick');
      const box = element('input');
      Object.assign(box, { type: 'checkbox', value: String(unit.id), checked: !chosen || chosen.has(unit.id) });
      row.append(box, element('span', '', `${[unit.college, unit.name].filter(Boolean).join(' ') || unitTitle(unit)} · ${word('sheet-count', { count: unit.people })}`));
      return row;
    }));
  };
  const draw = () => {
    const isReady = !(kind.value === 'signoff-units' && !picked().length) && !(BY_UNIT.includes(kind.value) && chosen && !picked().length);
    $('#sheet-lane-row').hidden = !BY_LANE.includes(kind.value);
    $('#sheet-units-row').hidden = !BY_UNIT.includes(kind.value) || !units.length;
    $('#sheet-slips-row').hidden = kind.value !== 'slips';
    setText($('#sheet-what'), word(`sheet-what-${kind.value}`));
    setText($('#sheet-none'), isReady ? '' : word(units.length ? 'sheet-none-chosen' : 'sheet-no-classes'));
    $('#sheet-open').hidden = !isReady;
    $('#sheet-open').href = address();
  };
  const nextNumber = async () => {
    const answer = await ask(lanePath(lane.value));
    if (answer && answer.status === 200) $('#slips-from').value = String(answer.data.counts.issued + 1);
    draw();
  };
  const show = async (isFirst) => {
    if (!isFirst) return;
    const answer = await ask('/api/v1/units');
    if (answer && answer.status === 200) units = answer.data;
    drawUnits();
    nextNumber();
  };
  lane.replaceChildren(...lanes.map((each) => new Option(laneTitle(each, ''), each)));
  $('#sheet-form').addEventListener('change', (event) => {
    if (event.target.closest('#sheet-units')) chosen = new Set([...$('#sheet-units').querySelectorAll(':checked')].map((box) => Number(box.value)));
    if (event.target === lane) nextNumber();
    draw();
  });
  $('#sheet-form').addEventListener('input', draw);
  $('#sheet-form').addEventListener('submit', (event) => event.preventDefault());
  for (const [id, all] of [['#sheet-all', true], ['#sheet-clear', false]]) {
    $(id).addEventListener('click', () => { chosen = all ? null : new Set(); drawUnits(); draw(); });
  }
  onLanguage(() => {
    for (const option of lane.options) option.textContent = laneTitle(option.value, '');
    drawUnits();
    draw();
  });
  draw();
  return { show };
}
