// A table of text, with a caption and headings that screen readers know; it scrolls by itself.
import { element } from '/shared/core.js';

// columns: [{title, of: (row) => text, figure?: bool}]; mark(row): data-severity of the row, '' for none.
export function table(caption, columns, rows, mark = () => '') {
  const box = element('div', 'table-box');
  const node = element('table');
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', caption);
  node.append(element('caption', '', caption));
  const head = element('tr');
  for (const column of columns) {
    const cell = element('th', column.figure ? 'figure' : '', column.title);
    cell.scope = 'col';
    head.append(cell);
  }
  const top = element('thead');
  top.append(head);
  const body = element('tbody');
  for (const row of rows) {
    const line = element('tr');
    const severity = mark(row);
    if (severity) line.dataset.severity = severity;
    line.append(...columns.map((column) => element('td', column.figure ? 'figure' : '', String(column.of(row) ?? ''))));
    body.append(line);
  }
  node.append(top, body);
  box.append(node);
  return box;
}

export const yuan = (fen) => (fen / 100).toFixed(2);
