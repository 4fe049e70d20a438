// The sign-off sheet, of a class in the order of student numbers or of a lane in the order of its numbers. Left of the
// dashes is the school's part with the columns of the profile; what is cut off at them is the agency's: numbers alone.
import { element, laneTitle, word } from '/shared/core.js';
import { localTime, make, sheetTable, signLines } from '/print/parts.js';

const NARROW_MOST = 6; // columns that an upright page holds beside the strip

const stateNote = (ticket) => (['missed', 'void'].includes(ticket.state) ? element('span', 'state', word(`state-${ticket.state}`)) : '');
const numberOf = (row) => (row.ticket ? [row.ticket.number, stateNote(row.ticket)] : ['']);
const mark = (row) => (row.excluded ? word('mark-excluded') : row.captured && !row.ticket ? word('mark-captured') : '');

const VALUES = {
  number: numberOf,
  lane: (row) => (row.ticket ? row.ticket.lane : ''),
  student_no: (row) => row.student_no,
  name: (row) => row.name,
  id_number: (row) => row.id_mask,
  college: (row) => row.college,
  unit: (row) => row.unit,
  campus: (row) => row.campus,
  level: (row) => (row.level ? word(`level-${row.level}`) : ''),
  payment: (row) => (['paid', 'due', 'waived', 'refunded'].includes(row.payment) ? word(`payment-${row.payment}`) : ''),
  time: (row) => (row.ticket ? localTime(row.ticket.shot_at) : ''),
  signature: mark,
  school: () => '', year: () => '', note: () => '',
};

// What the profile names; the number in front and room for a signature at the end where it does not name them.
function columnsOf(wished) {
  const names = wished.filter((name) => name in VALUES);
  if (!names.includes('number')) names.unshift('number');
  if (!names.includes('signature')) names.push('signature');
  return names.map((name) => ({ name, title: word(name === 'school' ? 'sheet-school-name' : `sheet-${name}`), of: VALUES[name] }));
}

// facts: the answer of /api/v1/sheets; title: of the class or lane; rows as the server lists them.
function sheet(facts, title, rows, isRanked) {
  const school = columnsOf(facts.columns);
  if (isRanked) school.unshift({ name: 'rank', title: word('sheet-rank'), of: (row) => String(row.rank || '') });
  const empty = () => '';
  const columns = [...school, { name: 'cut', title: '', of: empty }, { name: 'gap', title: '', of: empty },
    { name: 'strip', title: word('sheet-number'), of: numberOf }, { name: 'tick', title: word('sheet-shot'), of: (row) => (row.ticket && row.ticket.state === 'shot' ? '✓' : '') }];
  const head = [
    { span: school.length, parts: [element('strong', '', `${word('sheet-signoff')} · ${title}`), `${facts.event} · ${word('sheet-people', { count: rows.length })} · ${word('sheet-school')}`] },
    { span: 1, parts: [''], name: 'c-cut' }, { span: 1, parts: [''], name: 'c-gap' },
    { span: 2, parts: [facts.event, make('br', ''), word('sheet-agency')] },
  ];
  const shot = word('sum-shot', { count: rows.filter((row) => row.ticket && row.ticket.state === 'shot').length });
  const foot = [
    { span: school.length, parts: [element('p', '', shot), signLines('sheet-sign-liaison', 'sheet-sign-crew', 'sheet-sign-date')] },
    { span: 1, parts: [''], name: 'c-cut' }, { span: 1, parts: [''], name: 'c-gap' }, { span: 2, parts: [shot] },
  ];
  const node = make('section', 'sheet signoff', sheetTable(columns, rows, head, foot));
  if (columns.length - 4 > NARROW_MOST) node.classList.add('wide');
  return node;
}

// ask(path): the data of that address. Resolves with () => nodes, so that another language needs no new answer.
export async function signoff(ask, query) {
  const facts = await ask('/api/v1/sheets');
  const lane = query.get('lane');
  if (lane) {
    const data = await ask(`/api/v1/sheets/lanes/${encodeURIComponent(lane)}`);
    return () => (data.rows.length ? [sheet(facts, laneTitle(data.lane, data.room), data.rows, false)] : []);
  }
  const classes = [];
  for (const id of (query.get('units') || '').split(',').filter(Boolean)) classes.push(await ask(`/api/v1/sheets/units/${encodeURIComponent(id)}`));
  const title = (each) => [each.college, each.unit].filter((part, at, all) => part && all.indexOf(part) === at).join(' ');
  return () => classes.filter((each) => each.rows.length).map((each) => sheet(facts, title(each), each.rows, true));
}
