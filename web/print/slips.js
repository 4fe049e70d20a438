// Number slips for the time when no computer runs: the numbers that come next in a lane, each with room for a name, in
// Chinese and English.
import { element, laneTitle, lanePath, word } from '/shared/core.js';
import { make } from '/print/parts.js';

const MOST = 300;
const LONG = 8; // characters that no longer fit at the full size

// As ticket_label() of the server makes it: a lane that ends in a digit gets a hyphen.
export function labelOf(rules, lane, number) {
  return `${rules.prefix}${lane}${/\d$/.test(lane) ? '-' : ''}${String(number).padStart(rules.width, '0')}`;
}

function slip(facts, view, number) {
  const label = labelOf(view.rules, view.lane, number);
  const figure = element('p', 'slip-number', label);
  if (label.length >= LONG) figure.dataset.long = '';
  return make('div', 'slip', element('p', '', facts.event), element('p', '', laneTitle(view.lane, view.room)), figure,
    make('p', '', word('slip-how'), make('br', ''), word('slip-how', {}, true)), element('p', 'slip-who', `${word('slip-who')} ${word('slip-who', {}, true)}`));
}

export async function slips(ask, query) {
  const facts = await ask('/api/v1/sheets');
  const view = await ask(lanePath(query.get('lane') || ''));
  const from = Number(query.get('from')) || view.counts.issued + 1;
  const count = Math.min(MOST, Math.max(1, Number(query.get('count')) || 30));
  return () => [make('section', 'sheet slips', ...Array.from({ length: count }, (unused, at) => slip(facts, view, from + at)))];
}
