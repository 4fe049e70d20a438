// Numbers of cards and codes that nobody knows yet: the button in their row, what can be done when their person has a number
// already, and rows that survive a redraw.
import { WORDS, element, isEnglish, word } from '/shared/core.js';

Object.assign(WORDS, {
  bind: ['登记', 'bind'],
  'bind-title': ['登记 {number} 是谁', 'Who is {number}?'],
  'bind-send': ['登记到 {number}', 'Bind to {number}'],
  bound: ['已登记到人', 'Tied to a person'],
  'not-bound': ['没有登记', 'Not bound'],
  'bind-same': ['同一个人：{number} 作废，卡登记到本人', 'Same person: void {number} and tie the card'],
  'bound-same': ['{number} 已作废，卡已登记到本人，用此号', '{number} is void and the card is tied; this number stands'],
});

// Below a refusal because the typed person has a number: the marshal sees that both are one human, and chooses. A number
// with a frame is never made void, so nothing is offered for it.
export function sameParts(answer, number, lane, again) {
  const data = answer.data || {};
  const ticket = lane.tickets.get(number);
  const isOpen = ticket && ['waiting', 'called'].includes(ticket.state) && !ticket.retakes;
  if (data.code !== 'credential-taken' || !data.ticket || !isOpen) return [];
  const button = element('button', 'help-button', word('bind-same', { number }));
  button.type = 'button';
  button.dataset.same = number;
  button.append(element('span', 'other', word('bind-same', { number }, true)));
  button.addEventListener('click', again);
  return [button];
}

export function bindButton(ticket) {
  if (ticket.bound !== false) return null;
  const button = element('button', 'bind', `${word('bind')} `);
  button.append(element('span', 'other', word('bind', {}, true)));
  button.type = 'button';
  button.dataset.bind = ticket.number;
  button.setAttribute('aria-label', `${button.textContent} ${word('bind-title', { number: ticket.number })}`);
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
