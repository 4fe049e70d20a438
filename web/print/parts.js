// What the printed sheets have in common: tables whose headings come again on every page, local times, lines to sign on.
import { element, isEnglish, word } from '/shared/core.js';

// An element with text or nodes in it.
export function make(tag, className, ...parts) {
  const node = element(tag, className);
  node.append(...parts.filter((part) => part !== ''));
  return node;
}
export const second = (text) => make('span', 'second', ` ${text}`);
// China Standard Time, wherever the laptop thinks it is.
export function localTime(iso) {
  const at = iso ? new Date(iso) : null;
  if (!at || Number.isNaN(at.getTime())) return '';
  return at.toLocaleTimeString(isEnglish() ? 'en-GB' : 'zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
}
export const yuan = (fen) => word('money-yuan', { amount: (fen / 100).toFixed(2) });

// columns: [{name, title, of: (row) => text or nodes}]; head: cells above the titles, [{span, parts, name?}]; foot: cells below
// the last row, likewise: as a row, so that they never stand on a page without the headings.
export function sheetTable(columns, rows, head, foot = []) {
  const top = make('tr', 'head-row', ...head.map(({ span, parts, name = '' }) => {
    const isEmpty = parts.every((part) => part === '');
    const cell = make(isEmpty ? 'td' : 'th', name, ...parts);
    cell.colSpan = span;
    if (!isEmpty) cell.scope = 'colgroup';
    return cell;
  }));
  const titles = make('tr', '', ...columns.map(({ name, title }) => {
    const cell = make(title ? 'th' : 'td', `c-${name}`, title);
    if (title) cell.scope = 'col';
    return cell;
  }));
  const body = rows.map((row) => make('tr', '', ...columns.map(({ name, of }) => make('td', `c-${name}`, ...[of(row)].flat()))));
  if (foot.length) {
    body.push(make('tr', 'foot-row', ...foot.map(({ span, parts, name = '' }) => {
      const cell = make('td', name, ...parts);
      cell.colSpan = span;
      return cell;
    })));
  }
  return make('table', '', make('thead', '', top, titles), make('tbody', '', ...body));
}
export const signLines = (...keys) => make('p', 'sign-lines', ...keys.map((key) => element('span', '', word(key))));
