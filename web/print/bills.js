// Class bills, where the rules bill classes afterwards: a page a class, for the people who were really photographed.
import { element, isEnglish, word } from '/shared/core.js';
import { make, sheetTable, signLines, yuan } from '/print/parts.js';

// The amount as Chinese bills write it (GB/T of the accounting rules: capital figures, 整 behind whole yuan or jiao). '' in English.
export function inWords(fen) {
  if (isEnglish() || fen > 9999999999) return '';
  const [digits, units, [jiao, cent, whole]] = [word('money-digits'), word('money-units'), word('money-parts')];
  const yuanPart = String(Math.floor(fen / 100));
  let text = '';
  let hasZero = false;
  let groupHas = false;
  [...yuanPart].forEach((each, at) => {
    const place = yuanPart.length - 1 - at;
    const unit = units[place];
    if (each === '0') hasZero = text !== ''; else {
      text += `${hasZero ? digits[0] : ''}${digits[each]}${place === 0 ? '' : unit}`;
      hasZero = false;
      groupHas = true;
    }
    if (place === 4) { if (each === '0' && groupHas) text += unit; groupHas = false; }
  });
  if (text) text += units[0];
  const [tens, ones] = [Math.floor(fen / 10) % 10, fen % 10];
  if (!tens && !ones) return `${text || digits[0] + units[0]}${whole}`;
  if (tens) text += `${digits[tens]}${jiao}`; else if (text) text += digits[0];
  return ones ? `${text}${digits[ones]}${cent}` : `${text}${whole}`;
}

function bill(facts, { college, name, people_shot: people, fee_fen: fee, amount_fen: amount }, shot) {
  const title = [college, name].filter(Boolean).join(' ');
  const rows = [['bill-class', title], ['bill-shot', word('sheet-people', { count: people })], ['bill-each', yuan(fee)], ['bill-sum', yuan(amount)]];
  const words = inWords(amount);
  if (words) rows.push(['bill-in-words', words]);
  const table = make('table', '', make('tbody', '', ...rows.map(([key, text]) => {
    const head = element('th', '', word(key));
    head.scope = 'row';
    return make('tr', '', head, element('td', 'figure', text));
  })));
  const list = make('ol', 'bill-list', ...shot.map((row) => element('li', '', `${row.ticket.number} ${row.name}`)));
  return make('section', 'sheet bill', element('h2', '', `${word('bill-title')} · ${title}`), element('p', '', facts.event), table,
    signLines('bill-payer', 'bill-taker', 'sheet-sign-date'), ...(shot.length ? [element('h3', '', word('bill-list')), list] : []));
}

function summary(facts, bills) {
  const columns = [
    { name: 'college', title: word('sheet-college'), of: (each) => each.college }, { name: 'unit', title: word('sheet-unit'), of: (each) => each.name },
    { name: 'people', title: word('bill-shot'), of: (each) => String(each.people_shot) }, { name: 'sum', title: word('bill-sum'), of: (each) => yuan(each.amount_fen) },
  ];
  const total = { college: '', name: word('bill-sum'), people_shot: bills.reduce((sum, each) => sum + each.people_shot, 0), amount_fen: bills.reduce((sum, each) => sum + each.amount_fen, 0) };
  return make('section', 'sheet', sheetTable(columns, [...bills, total], [{ span: 4, parts: [element('strong', '', word('bill-title')), facts.event] }]));
}

export async function bills(ask, query) {
  const facts = await ask('/api/v1/sheets');
  const wished = (query.get('units') || '').split(',').filter(Boolean).map(Number);
  const found = (await ask('/api/v1/payments')).bills.filter((each) => !wished.length || wished.includes(each.unit));
  const shot = new Map();
  for (const each of found) shot.set(each.unit, (await ask(`/api/v1/sheets/units/${each.unit}`)).rows.filter((row) => row.ticket && row.ticket.state === 'shot'));
  return () => (found.length ? [summary(facts, found), ...found.map((each) => bill(facts, each, shot.get(each.unit)))] : []);
}
