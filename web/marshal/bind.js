// Numbers of cards and codes that nobody knows yet: the button in their row, and rows that survive a redraw.
import { WORDS, element, isEnglish, word } from '/shared/core.js';

Object.assign(WORDS, {
  bind: ['登记', 'bind'],
  'bind-title': ['登记 {number} 是谁', 'Who is {number}?'],
  'bind-send': ['登记到 {number}', 'Bind to {number}'],
  bound: ['已登记到人', 'Tied to a person'],
  'not-bound': ['没有登记', 'Not bound'],
});

export function bindButton(ticket) {
  if (ticket.bound !== false) return null;
  const button = element('button', 'bind', `${word('bind')} ${word('bind', {}, true)}`);
  button.type = 'button';
  button.dataset.bind = ticket.number;
  button.setAttribute('aria-label', word('bind-title', { number: ticket.number }));
  return button;
}

// Rows whose ticket has not changed stay the same nodes, so that no tap on a button in them is lost while others come
// and go. `tickets` may be empty: then `none` is the only row.
export function keepRows(list, tickets, make, none) {
  const keyOf = (ticket) => `${ticket.number} ${ticket.seq} ${isEnglish()}`;
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const rows = tickets.map((ticket) => {
    const row = before.get(keyOf(ticket)) || make(ticket);
    row.dataset.key = keyOf(ticket);
    return row;
  });
  if (!rows.length) rows.push(element('li', 'none', none));
  for (const node of [...list.children]) if (!rows.includes(node)) node.remove();
  rows.forEach((row, at) => { if (list.children[at] !== row) list.insertBefore(row, list.children[at] || null); });
}
