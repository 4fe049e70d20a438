// The sums that must agree: of the event, each lane, each class; refunds and class bills.
import {
  $, clockTime, element, laneTitle, onLanguage, problemText, setText, word,
} from '/shared/core.js';
import { table, yuan } from '/office/table.js';

const COUNTS = ['planned', 'issued', 'waiting', 'called', 'shot', 'missed', 'void', 'open_voids', 'suspects', 'absent', 'excluded', 'outsiders', 'people_shot'];
const MONEY = ['due', 'paid', 'waived', 'refunded', 'paid_fen', 'bill_fen', 'refund_due', 'cards_out', 'cards_back', 'cards_held'];

export function startFigures(ask) {
  let tallies = null;
  let payments = null;
  let at = '';
  let failure = null;

  const names = () => [...COUNTS, ...(payments && payments.payment !== 'none' ? MONEY : [])];
  const valueOf = (sums, name) => (name.endsWith('_fen') ? yuan(sums[name]) : sums[name]);
  const columns = (first) => [first, ...names().map((name) => ({ title: word(`figure-${name}`), of: (sums) => valueOf(sums, name), figure: true }))];

  const parts = () => {
    const event = element('ul', 'facts');
    event.append(...names().map((name) => {
      const item = element('li', '', `${word(`figure-${name}`)} `);
      item.append(element('strong', '', String(valueOf(tallies.event, name))));
      return item;
    }));
    const nodes = [element('h3', '', word('figures-event')), event,
      table(word('figures-lanes'), columns({ title: word('lane'), of: (sums) => laneTitle(sums.lane, '') }), tallies.lanes)];
    if (tallies.units.length) nodes.push(table(word('figures-units'), columns({ title: word('col-unit'), of: (sums) => sums.name || sums.college || '—' }), tallies.units));
    if (payments && payments.refunds.length) {
      nodes.push(table(`${word('figures-refunds')} (${payments.refunds.length})`, [
        { title: word('name'), of: (each) => each.name }, { title: word('student-no'), of: (each) => each.student_no },
        { title: word('col-unit'), of: (each) => each.unit || each.college }, { title: word('figure-paid_fen'), of: (each) => yuan(each.paid_fen), figure: true },
      ], payments.refunds));
    }
    if (payments && payments.bills.length) {
      nodes.push(table(word('figures-bills'), [
        { title: word('col-college'), of: (each) => each.college }, { title: word('col-unit'), of: (each) => each.name || '—' },
        { title: word('bill-people'), of: (each) => each.people_shot, figure: true }, { title: word('bill-fee'), of: (each) => yuan(each.fee_fen), figure: true },
        { title: word('bill-amount'), of: (each) => yuan(each.amount_fen), figure: true },
      ], payments.bills));
    }
    return nodes;
  };
  const draw = () => {
    $('#figures-answer').dataset.kind = failure ? 'failed' : '';
    setText($('#figures-answer'), failure ? failure() : at ? word('figures-at', { time: clockTime(at) }) : '');
    $('#figures').replaceChildren(...(tallies && tallies.event ? parts() : []));
  };
  const show = async () => {
    const [sums, money] = [await ask('/api/v1/tallies'), await ask('/api/v1/payments')];
    if (!sums || !money) return;
    failure = sums.status === 200 ? null : () => `✕ ${problemText(sums).first}`;
    if (sums.status === 200) [tallies, at] = [sums.data, new Date().toISOString()];
    if (money.status === 200) payments = money.data;
    draw();
  };
  $('#figures-again').addEventListener('click', show);
  onLanguage(draw);
  return { show: (isFirst) => { if (isFirst) show(); } };
}
