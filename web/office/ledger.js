// The ledger: every line with its parts, by how much it does not come to zero and who makes that, and the signature under
// it. What is being typed as a reason stays while the figures move on.
import {
  $, NoAnswer, addWords, clockTime, command, element, laneTitle, onLanguage, problemText, setText, word,
} from '/shared/core.js';

addWords({
  'ledger-event': ['整个活动', 'Whole event'], 'ledger-lanes': ['各机位', 'Each lane'], 'ledger-units': ['各班级', 'Each class'],
  'ledger-balanced': ['各项都已平账或签认，可以结束活动', 'Every line is zero or signed: the event may be closed'],
  'ledger-open': ['还有 {count} 项未平，也未签认', 'Lines neither zero nor signed: {count}'],
  'ledger-zero-units': ['其余 {count} 项差额为零', '{count} more lines are zero'],
  'ledger-numbers': ['拍摄号', 'Numbers'], 'ledger-people': ['人员', 'People'], 'ledger-money': ['缴费', 'Payments'], 'ledger-cards': ['缴费拍摄卡', 'Payment cards'],
  'total-numbers': ['发号', 'issued'], 'total-people': ['名单', 'on the lists'], 'total-money': ['缴过费', 'have paid'], 'total-cards': ['发出', 'handed out'],
  'total-cards-lane': ['在此拍摄者的卡', 'of people shot here'], 'part-shot-money': ['应缴已拍', 'owing and shot'],
  'part-shot': ['已拍', 'shot'], 'part-missed': ['过号', 'missed'], 'part-void': ['作废', 'void'], 'part-open': ['未完', 'open'], 'part-absent': ['缺席', 'absent'],
  'part-excluded': ['不采集', 'excluded'], 'part-captured': ['此前已采集', 'captured earlier'], 'part-refund': ['退费', 'refund'],
  'part-carried': ['在场未完', 'still open'], 'part-returned': ['收回', 'returned'],
  'fault-void-only': ['号已作废，没有照片', 'Number void, no photograph'], 'fault-excluded-shot': ['不采集却拍了', 'Excluded, yet photographed'],
  'fault-unpaid-shot': ['未缴费却拍了', 'Photographed without paying'], 'fault-refunded-shot': ['已退费却拍了', 'Refunded, yet photographed'],
  'fault-card-out': ['卡未收回', 'Card not given back'], 'fault-others': ['另有 {count} 人', 'and {count} more'],
  'ledger-difference': ['差额', 'Difference'],
  'ledger-reason': ['原因（签认后写入日志）', 'Reason (kept in the journal)'], 'ledger-sign': ['签认差额 {difference}', 'Sign the difference {difference}'],
  'ledger-all': ['下面同类的 {count} 项也用这个原因签认', 'Sign the {count} lines of that kind below with this reason, too'],
  'ledger-signed': ['{time} 已签认（{device}）：{reason}', 'Signed at {time} ({device}): {reason}'],
  'ledger-outdated': ['{time} 签认过 {difference}（{reason}），此后差额已变或换了人', 'Signed at {time} for {difference} ({reason}); the difference, or who makes it, has changed since'],
  'ledger-no-reason': ['请填写原因', 'Write the reason'],
});

const signed = (count) => (count > 0 ? `+${count}` : String(count).replace('-', '−'));
const keyOf = (line) => `${line.line} ${line.lane || ''} ${line.unit || ''}`;
const unitName = (line) => [line.college, line.name].filter(Boolean).join(' ');
const scopeOf = (line) => (line.scope === 'event' ? word('ledger-event') : line.scope === 'lane' ? laneTitle(line.lane, '') : unitName(line));
export const lineTitle = (line) => `${word(`ledger-${line.line}`)} · ${scopeOf(line)}`;
const totalWord = (line) => word(line.line === 'cards' && line.scope === 'lane' ? 'total-cards-lane' : `total-${line.line}`);
const partWord = (line, code) => word(line.line === 'money' && code === 'shot' ? 'part-shot-money' : `part-${code}`);
export const lineSum = (line) => `${totalWord(line)} ${line.total} = ${line.parts.map((part) => `${partWord(line, part.code)} ${part.count}`).join(' + ')}`;
export function causeText(cause) {
  const others = cause.others ? ` ${word('fault-others', { count: cause.others })}` : '';
  return `${word(`fault-${cause.code}`)} ${cause.count}: ${cause.numbers.join(' ')}${others}`;
}
export const lineFacts = (line) => [`${lineTitle(line)}: ${signed(line.difference)}`, ...line.causes.map(causeText)].join(' · ');

// One line's place on the page: made once, so that nobody loses what is being typed.
class Card {
  constructor(sign) {
    this.node = element('li', 'ledger-line');
    this.title = element('h4');
    this.sum = element('p', 'ledger-sum');
    this.difference = element('p', 'ledger-difference');
    this.causes = element('ul', 'ledger-causes');
    this.signature = element('p', 'ledger-signature');
    this.form = element('form', 'row');
    this.form.noValidate = true;
    this.label = element('label');
    this.input = element('input');
    Object.assign(this.input, { type: 'text', maxLength: 60, autocomplete: 'off' });
    this.label.append(element('span'), this.input);
    this.all = element('label', 'ledger-all');
    this.box = element('input');
    this.box.type = 'checkbox';
    this.all.append(this.box, element('span'));
    this.button = element('button', 'main-button');
    this.button.type = 'submit';
    this.message = element('p', 'message');
    this.message.setAttribute('role', 'alert');
    this.form.append(this.label, this.all, this.button, this.message);
    this.node.append(this.title, this.difference, this.sum, this.causes, this.signature, this.form);
    this.failure = null;
    this.isSending = false;
    this.form.addEventListener('submit', (event) => { event.preventDefault(); sign(this); });
  }

  // below: open lines of the same kind that this one may speak for.
  draw(line, below) {
    this.line = line;
    this.below = below;
    const kind = !line.difference ? 'zero' : line.is_open ? 'open' : 'signed';
    this.node.dataset.kind = kind;
    setText(this.title, lineTitle(line));
    setText(this.sum, lineSum(line));
    setText(this.difference, line.difference ? signed(line.difference) : '✓ 0');
    this.difference.setAttribute('aria-label', `${word('ledger-difference')} ${line.difference}`);
    this.difference.setAttribute('role', 'img');
    this.causes.replaceChildren(...line.causes.map((cause) => element('li', '', causeText(cause))));
    const past = line.signed || line.outdated;
    const facts = past ? { ...past, time: clockTime(past.at), difference: signed(past.difference) } : {};
    setText(this.signature, past ? `${line.signed ? '✓' : '⚠'} ${word(line.signed ? 'ledger-signed' : 'ledger-outdated', facts)}` : '');
    this.signature.hidden = !past;
    this.form.hidden = !line.is_open;
    setText(this.label.firstChild, word('ledger-reason'));
    this.all.hidden = !below.length;
    setText(this.all.lastChild, word('ledger-all', { count: below.length }));
    setText(this.button, this.isSending ? `… ${word('sending')}` : word('ledger-sign', { difference: signed(line.difference) }));
    this.button.setAttribute('aria-disabled', String(this.isSending));
    setText(this.message, this.failure ? `✕ ${this.failure()}` : '');
    this.message.dataset.kind = this.failure ? 'failed' : '';
  }
}

export function startLedger(ask) {
  const cards = new Map();
  let ledger = null;
  let failure = null;

  const cardOf = (line) => {
    const key = keyOf(line);
    if (!cards.has(key)) cards.set(key, new Card(sign));
    const below = line.scope === 'event' ? ledger.lines.filter((each) => each.line === line.line && each.scope !== 'event' && each.is_open) : [];
    const card = cards.get(key);
    card.draw(line, below);
    return card.node;
  };
  // Puts nodes in place and moves none that stands there already: a field keeps its cursor.
  const place = (list, nodes) => {
    if (nodes.length !== list.children.length || nodes.some((node, at) => list.children[at] !== node)) list.replaceChildren(...nodes);
  };
  const draw = () => {
    const answer = $('#ledger-answer');
    answer.dataset.kind = failure ? 'failed' : '';
    setText(answer, failure ? failure() : '');
    $('#ledger').hidden = !ledger;
    if (!ledger) return;
    const of = (scope) => ledger.lines.filter((line) => line.scope === scope);
    const count = ledger.lines.filter((line) => line.is_open).length;
    const state = $('#ledger-state');
    state.dataset.kind = count ? 'open' : 'clean';
    setText(state, count ? `✕ ${word('ledger-open', { count })}` : `✓ ${word('ledger-balanced')}`);
    const zero = of('unit').filter((line) => !line.difference);
    place($('#ledger-of-event'), of('event').map(cardOf));
    place($('#ledger-of-lanes'), of('lane').map(cardOf));
    place($('#ledger-of-units'), of('unit').filter((line) => line.difference).map(cardOf));
    $('#ledger-units-part').hidden = !of('unit').length;
    $('#ledger-rest').hidden = !zero.length;
    setText($('#ledger-rest summary'), word('ledger-zero-units', { count: zero.length }));
    $('#ledger-zero').replaceChildren(...zero.map((line) => element('li', '', `${lineTitle(line)}: ${lineSum(line)}`)));
  };
  const show = async () => {
    const answer = await ask('/api/v1/ledger');
    if (!answer) return;
    failure = answer.status === 200 ? null : () => `✕ ${problemText(answer).first}`;
    if (answer.status === 200) ledger = answer.data;
    draw();
  };
  // The refusal's words, or null.
  const signOne = async (line, reason) => {
    const body = { line: line.line, difference: line.difference, who: line.who, reason };
    if (line.lane) body.lane = line.lane;
    if (line.unit) body.unit = line.unit;
    try {
      const answer = await command('/api/v1/ledger/sign', body);
      return answer.status === 200 ? null : () => problemText(answer).first;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return () => word('no-answer');
    }
  };
  async function sign(card) {
    if (card.isSending) return;
    const reason = card.input.value.trim();
    const lines = [card.line, ...(card.box.checked ? card.below : [])];
    card.failure = reason ? null : () => word('ledger-no-reason');
    card.isSending = Boolean(reason);
    draw();
    if (!reason) { card.input.focus(); return; }
    for (const line of lines) if (!card.failure) card.failure = await signOne(line, reason);
    card.isSending = false;
    if (!card.failure) card.input.value = '';
    await show();
    draw();
  }
  onLanguage(draw);
  return { show };
}
