// Classes: how far each is, and who of it is there, missing, absent or unpaid. The marshal's desk, the liaison's phone and the
// office show the same. Names come masked and no ID number comes at all.
import '/shared/words.js';
import {
  NoAnswer, addWords, command, element, isEnglish, onLanguage, problemText, request, word,
} from '/shared/core.js';
import { unitName } from '/shared/units.js';

addWords({
  'class-moved': ['已不在名单中：{names}。名单可能重新导入、班级改了名称。请向负责人索取新的配对码。', 'No longer on the list: {names}. A new list may have renamed it. Ask the office for a new pairing code.'],
  'class-none': ['还没有名单', 'No list of people yet'],
  'class-find': ['查找班级', 'Find a class'],
  'class-back': ['← 全部班级', '← All classes'],
  'class-progress': ['已拍 {done} / {total}', '{done} of {total} photographed'],
  'class-line': ['候拍 {count}', '{count} in line'],
  'class-missing': ['未取号 {count}', '{count} without a number'],
  'class-gone': ['过号、作废 {count}', '{count} missed or void'],
  'class-absent': ['缺席 {count}', '{count} absent'],
  'class-due': ['未缴费 {count}', '{count} unpaid'],
  'class-eta': ['还需约 {minutes} 分钟（{time}）', 'about {minutes} min more ({time})'],
  'class-eta-unknown': ['还不知道要多久', 'time still unknown'],
  'class-done': ['全部拍完', 'all done'],
  'class-next': ['应到：{name}（第 {rank} 位，学号 {student}）', 'Expected next: {name} (no. {rank}, {student})'],
  'show-all': ['全部', 'All'], 'show-missing': ['未取号', 'No number'], 'show-line': ['候拍', 'In line'], 'show-done': ['已拍', 'Done'],
  'show-missed': ['过号、作废', 'Missed, void'], 'show-absent': ['缺席', 'Absent'], 'show-due': ['未缴费', 'Unpaid'],
  'show-none': ['没有人', 'Nobody'],
  'roll-present': ['到', 'Here'], 'roll-absent': ['缺席', 'Absent'], 'roll-all': ['全班到齐', 'All present'],
  'roll-all-sure': ['再按一次：全班到齐', 'Again: all present'],
  'is-next': ['应到', 'expected next'], 'is-excluded': ['不采集', 'excluded'], 'is-captured': ['此前已采集', 'captured earlier'],
  'is-due': ['未缴费', 'unpaid'], 'is-paid': ['已缴', 'paid'], 'is-waived': ['免缴', 'waived'], 'is-refunded': ['已退', 'refunded'],
  'is-missing': ['未取号', 'no number yet'],
  'pay-person': ['缴费', 'Payment'],
  'classes-lost': ['读取失败，正在重试', 'Could not be read, trying again'],
});

const FILTERS = {
  all: () => true,
  missing: (who) => stateOf(who) === 'missing',
  line: (who) => ['waiting', 'called'].includes(stateOf(who)),
  done: (who) => stateOf(who) === 'shot',
  missed: (who) => ['missed', 'void'].includes(stateOf(who)),
  absent: (who) => who.roll === 'absent' && stateOf(who) !== 'shot',
  due: (who, way) => isOwing(who, way),
};
const isOwing = (who, way) => ['prepaid', 'token', 'on-site'].includes(way) && ['none', 'due'].includes(who.payment) && !who.excluded && !who.captured;
const stateOf = (who) => (who.excluded ? 'excluded' : who.ticket && !['missed', 'void'].includes(who.ticket.state) ? who.ticket.state
  : who.captured ? 'captured' : who.ticket ? who.ticket.state : 'missing');
const totalOf = (unit) => unit.people - unit.excluded - unit.captured;
export const unitTitle = (unit) => unit.name || unit.college || '—';

function etaText(unit) {
  if (!unit.left) return word('class-done');
  if (unit.eta_s === null) return word('class-eta-unknown');
  const at = new Date(Date.now() + unit.eta_s * 1000);
  const time = at.toLocaleTimeString(isEnglish() ? 'en-GB' : 'zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });
  return word('class-eta', { minutes: Math.max(1, Math.round(unit.eta_s / 60)), time });
}

// The focus stays on what it was on while everything around it is drawn anew.
function keepFocus(root, draw) {
  const { activeElement } = document;
  const key = root.contains(activeElement) ? activeElement.dataset.focus : null;
  draw();
  if (key) [...root.querySelectorAll('[data-focus]')].find((node) => node.dataset.focus === key)?.focus({ preventScroll: true });
}

export class Classes {
  // root: where to draw. remember(id), recall(): the class of this device. canRoll: calls the roll. pay(member): null where
  // no payment is taken. way(): how the rules say that people pay. own: what this device is for alone, as /api/v1/me says; null: all.
  // heading: of a class, where the page has none between.
  constructor(root, { canRoll = false, pay = null, way = () => 'none', remember = () => {}, recall = () => 0, own = null, heading = 'h3' } = {}) {
    Object.assign(this, { root, canRoll, pay, way, remember, own, heading });
    this.only = own && own.length === 1 ? own[0].unit : 0; // there is nothing to choose
    Object.assign(this, { units: null, id: this.only || recall(), whole: null, filter: 'all', find: '', sure: false, sureTimer: 0, fault: null, pending: '', isAsking: false, isStale: false });
    this.list = element('div', 'classes');
    this.status = element('p', 'message');
    this.status.setAttribute('role', 'status');
    root.replaceChildren(this.status, this.list);
    this.list.addEventListener('click', (event) => this.press(event.target.closest('button')));
    this.list.addEventListener('input', (event) => { this.find = event.target.value.trim(); this.drawRows(); });
    onLanguage(() => { this.list.replaceChildren(); this.draw(); });
  }

  // Asks again, one request at a time; a change meanwhile asks once more.
  async refresh() {
    this.isStale = true;
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        const id = this.id;
        const { status, data } = await request(id ? `/api/v1/units/${id}` : '/api/v1/units');
        if (id !== this.id) { this.isStale = true; continue; }
        if (id && !this.only && [403, 404].includes(status)) { this.show(0); continue; } // the class is no more, or not this device's any more
        if (status !== 200) { this.fault = () => problemText({ status, data }).first; continue; }
        this.fault = null;
        if (id && this.own && !this.only && !data.unit.people) { this.show(0); continue; } // its people are elsewhere now
        if (id) this.whole = data; else this.take(data);
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.fault = () => word('classes-lost');
    } finally {
      this.isAsking = false;
      this.draw();
    }
  }

  take(units) {
    this.units = this.own ? units.filter((unit) => unit.people) : units;
    if (this.own && this.units.length === 1 && this.gone().length === 0) this.show(this.units[0].id);
  }

  // Of what this device is for, what the list has no more.
  gone() {
    const units = this.id && this.whole ? [this.whole.unit] : this.units;
    if (!this.own || !units) return [];
    const isThere = (part) => units.some((unit) => unit.people && (part.unit ? unit.id === part.unit : unit.college === part.college));
    return this.own.filter((part) => !isThere(part) && (!this.id || part.unit === this.id));
  }

  // Nothing else can be chosen here.
  get isAlone() { return Boolean(this.only || (this.own && this.units && this.units.length < 2)); }

  show(id) {
    this.id = id;
    this.whole = null;
    this.filter = 'all';
    this.remember(id);
    this.list.replaceChildren();
    this.refresh();
  }

  draw() {
    const gone = this.gone();
    const text = this.fault ? this.fault() : gone.length ? word('class-moved', { names: gone.map(unitName).join(word('units-and')) }) : '';
    this.status.textContent = text ? `✕ ${text}` : '';
    this.status.dataset.kind = text ? 'failed' : '';
    keepFocus(this.list, () => { if (this.id) this.drawClass(); else this.drawList(); });
  }

  // ---- all classes
  drawList() {
    if (!this.units) return;
    if (this.own && !this.units.length) { this.list.replaceChildren(); return; }
    if (!this.list.querySelector('input')) {
      const field = element('input', 'class-find');
      Object.assign(field, { type: 'search', value: this.find });
      field.setAttribute('aria-label', word('class-find'));
      field.placeholder = word('class-find');
      field.dataset.focus = 'find';
      this.list.replaceChildren(field, element('ul', 'class-list'));
    }
    this.drawRows();
  }

  drawRows() {
    const rows = this.units.filter((unit) => `${unit.college} ${unit.name}`.toLowerCase().includes(this.find.toLowerCase())).map((unit) => {
      const item = element('li');
      const button = element('button', 'class-row');
      button.type = 'button';
      button.dataset.unit = unit.id;
      button.dataset.focus = `unit ${unit.id}`;
      button.append(element('strong', 'class-name', unitTitle(unit)));
      if (unit.college && unit.college !== unit.name) button.append(element('span', 'class-college', unit.college));
      button.append(this.meter(unit), element('span', 'class-facts', this.facts(unit)));
      item.append(button);
      return item;
    });
    keepFocus(this.list, () => this.list.querySelector('.class-list').replaceChildren(...(rows.length ? rows : [element('li', 'none', word('class-none'))])));
  }

  meter(unit) {
    const bar = element('progress', 'class-meter');
    bar.max = Math.max(1, totalOf(unit));
    bar.value = totalOf(unit) - unit.left;
    bar.setAttribute('aria-label', word('class-progress', { done: bar.value, total: totalOf(unit) }));
    return bar;
  }

  facts(unit) {
    const total = totalOf(unit);
    const inLine = unit.counts.waiting + unit.counts.called;
    const facts = [word('class-progress', { done: total - unit.left, total })];
    if (inLine) facts.push(word('class-line', { count: inLine }));
    const gone = unit.counts.missed + unit.counts.void; // had a number and need another one
    if (unit.left - inLine - gone > 0) facts.push(word('class-missing', { count: unit.left - inLine - gone }));
    if (gone) facts.push(word('class-gone', { count: gone }));
    if (unit.absent) facts.push(word('class-absent', { count: unit.absent }));
    if (unit.due) facts.push(word('class-due', { count: unit.due }));
    facts.push(etaText(unit));
    return facts.join(' · ');
  }

  // ---- one class
  drawClass() {
    if (!this.whole) return;
    const { unit, members } = this.whole;
    if (this.own && !unit.people) { this.list.replaceChildren(); return; }
    const next = members.find((who) => who.next);
    const head = element('div', 'class-head');
    if (!this.isAlone) {
      const back = this.button('class-back', word('class-back'));
      back.classList.add('quiet');
      head.append(back);
    }
    head.append(element(this.heading, 'class-name', unitTitle(unit)), this.meter(unit), element('p', 'class-facts', this.facts(unit)));
    if (next) head.append(element('p', 'class-next', `▶ ${word('class-next', { name: next.name, rank: next.rank, student: next.student_no || '—' })}`));
    if (this.canRoll) {
      const all = this.button('roll-all', word(this.sure ? 'roll-all-sure' : 'roll-all'));
      all.dataset.sure = String(this.sure);
      head.append(all);
    }
    const filters = element('div', 'class-filters');
    for (const [name, test] of Object.entries(FILTERS)) {
      if (name === 'due' && !['prepaid', 'token', 'on-site'].includes(this.way())) continue;
      const button = this.button(`filter ${name}`, `${word(`show-${name}`)} ${members.filter((who) => test(who, this.way())).length}`);
      button.setAttribute('aria-pressed', String(this.filter === name));
      filters.append(button);
    }
    const shown = members.filter((who) => FILTERS[this.filter](who, this.way()));
    const list = element('ul', 'member-list');
    list.append(...(shown.length ? shown.map((who) => this.row(who)) : [element('li', 'none', word('show-none'))]));
    this.list.replaceChildren(head, filters, list);
  }

  row(who) {
    const item = element('li', 'member');
    const state = stateOf(who);
    item.dataset.state = state;
    item.dataset.roll = who.roll;
    item.append(element('span', 'member-rank', who.rank ? String(who.rank) : ''), element('span', 'member-name', who.name),
      element('span', 'member-no', who.student_no || ''));
    const marks = [];
    if (who.next) marks.push(`▶ ${word('is-next')}`);
    if (state === 'missing') marks.push(word('is-missing'));
    else if (['excluded', 'captured'].includes(state)) marks.push(word(`is-${state}`));
    else marks.push(`${state === 'shot' ? '✓ ' : ''}${who.ticket.number} ${word(`state-${state}`)}`);
    if (isOwing(who, this.way())) marks.push(`⚠ ${word('is-due')}`);
    else if (!['none', 'due'].includes(who.payment)) marks.push(word(`is-${who.payment}`));
    if (who.roll === 'absent') marks.push(`✕ ${word('roll-absent')}`);
    item.append(element('span', 'member-state', marks.join(' · ')));
    const buttons = element('span', 'member-buttons');
    const wantsRoll = this.canRoll && !['shot', 'excluded', 'captured'].includes(state);
    if (wantsRoll) {
      for (const roll of ['present', 'absent']) {
        const button = this.button(`roll ${who.person} ${roll}`, word(`roll-${roll}`));
        button.setAttribute('aria-pressed', String(who.roll === roll));
        button.setAttribute('aria-label', `${who.name} ${who.student_no || ''} ${word(`roll-${roll}`)}`);
        button.toggleAttribute('data-pending', this.pending === `${who.person} ${roll}`);
        buttons.append(button);
      }
    }
    if (this.pay && !['none', 'class'].includes(this.way())) buttons.append(this.button(`pay ${who.person}`, word('pay-person')));
    if (buttons.children.length) item.append(buttons);
    return item;
  }

  button(press, text) {
    const button = element('button', '', text);
    button.type = 'button';
    button.dataset.press = press;
    button.dataset.focus = press;
    return button;
  }

  press(button) {
    if (!button) return;
    if (button.dataset.unit) { this.show(Number(button.dataset.unit)); return; }
    const [what, who, roll] = (button.dataset.press || '').split(' ');
    if (what === 'class-back') this.show(0);
    else if (what === 'filter') { this.filter = who; this.draw(); }
    else if (what === 'roll') {
      const member = this.whole.members.find((each) => each.person === who);
      this.call({ person: who, roll: member.roll === roll ? 'unknown' : roll }, `${who} ${roll}`);
    } else if (what === 'pay') this.pay(this.whole.members.find((each) => each.person === who));
    else if (what === 'roll-all') this.callAll();
  }

  callAll() {
    clearTimeout(this.sureTimer);
    if (this.sure) { this.sure = false; this.call({ all: 'present' }, 'all'); return; }
    this.sure = true;
    this.sureTimer = setTimeout(() => { this.sure = false; this.draw(); }, 5000);
    this.draw();
  }

  // One at a time: the answer is the class as it then is.
  async call(body, pending) {
    if (this.pending) return;
    const id = this.id;
    this.pending = pending;
    this.draw();
    try {
      const answer = await command(`/api/v1/units/${id}/roll`, body);
      this.fault = answer.status === 200 ? null : () => problemText(answer).first;
      if (answer.status === 200 && id === this.id) this.whole = answer.data;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.fault = () => word('no-answer');
    } finally {
      this.pending = '';
      this.draw();
    }
  }
}
