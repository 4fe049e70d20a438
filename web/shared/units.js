// What a liaison's device is for, in words: classes and whole colleges, or all of them.
import '/shared/words.js';
import { addWords, word } from '/shared/core.js';

addWords({
  'units-all': ['全部班级', 'all classes'],
  'units-college': ['{name}（全院）', '{name} (all of it)'],
  'units-gone': ['{name}（已不在名单中）', '{name} (no longer on the list)'],
  'units-and': ['、', ', '],
});

// {college, name: null of a whole college}, as the list has them.
export const unitName = ({ college, name }) => (name === null ? word('units-college', { name: college }) : name || college || '—');
// `units`: of /api/v1/me or of a token; null: all.
export const unitsText = (units) => (units ? units.map((unit) => (unit.people ? unitName(unit) : word('units-gone', { name: unitName(unit) })))
  .join(word('units-and')) : word('units-all'));
