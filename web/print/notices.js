// Notices for the doors: which classes when, out of the stored schedule, and how to take a number, by the rules in force.
// A page a lane and day, in Chinese and English at once.
import { element, laneTitle, word } from '/shared/core.js';
import { make, second, sheetTable, yuan } from '/print/parts.js';

const both = (key, of = () => ({})) => [word(key, of(false)), second(word(key, of(true), true))];
const mediaText = (rules, other) => rules.media.filter((medium) => medium !== 'manual' && medium !== 'chip').map((medium) => word(`medium-${medium}`, {}, other)).join(word('medium-or', {}, other));

function steps(rules) {
  const list = ['notice-tap', 'notice-order'];
  if (rules.spoken_check) list.push('notice-say');
  list.push('notice-missed');
  if (rules.media.includes('manual')) list.push('notice-no-card');
  const items = list.map((key) => make('li', '', ...both(key)));
  if (mediaText(rules, false)) items.unshift(make('li', '', ...both('notice-bring', (other) => ({ media: mediaText(rules, other) }))));
  if (['prepaid', 'token', 'on-site'].includes(rules.payment)) items.splice(1, 0, make('li', '', ...both('notice-pay', () => ({ fee: rules.fee_fen ? yuan(rules.fee_fen) : '' }))));
  return make('div', 'notice-block', make('h3', '', ...both('notice-how')), make('ol', 'notice-how', ...items));
}

const dayOf = (slot, other) => [slot.date, slot.weekday ? word('weekdays', {}, other).split(' ')[slot.weekday - 1] : ''].filter(Boolean).join(' ');

function notice(facts, rooms, slots) {
  const [first] = slots;
  const place = first.lane ? laneTitle(first.lane, rooms.get(first.lane) || first.place) : first.place;
  const columns = [
    { name: 'time', title: word('sheet-time'), of: (slot) => `${slot.start}–${slot.end}` },
    { name: 'units', title: word('notice-units'), of: (slot) => `${slot.parent === null ? '' : '· '}${slot.text}` },
    { name: 'planned', title: word('notice-planned'), of: (slot) => (slot.planned ? String(slot.planned) : '') },
  ];
  const heading = make('h2', '', word('notice-title'), second(word('notice-title', {}, true)));
  return make('section', 'sheet notice', heading,
    sheetTable(columns, slots, [{ span: 3, parts: [element('strong', '', [place, dayOf(first, false)].filter(Boolean).join(' · ')), `${facts.event} · ${dayOf(first, true)}`] }]), steps(facts.rules));
}

export async function notices(ask, query) {
  const facts = await ask('/api/v1/sheets');
  const { slots } = await ask('/api/v1/schedule');
  const lanes = (query.get('lanes') || '').split(',').filter(Boolean);
  const rooms = new Map();
  for (const lane of lanes) rooms.set(lane, (await ask(`/api/v1/lanes/${encodeURIComponent(lane)}`)).room);
  const pages = new Map();
  for (const slot of slots) {
    const key = `${slot.lane || slot.place} ${slot.date}`;
    pages.set(key, [...(pages.get(key) || []), slot]);
  }
  return () => [...pages.values()].map((each) => notice(facts, rooms, each));
}
