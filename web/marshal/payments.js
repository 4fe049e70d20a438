// Payments taken, waived and given back on the spot. What was typed stays until it was recorded; whoever is chosen out of
// a class needs no typing.
import '/marshal/day-words.js';
import { checkIdNumber } from '/marshal/id-number.js';
import { $, NoAnswer, command, element, onLanguage, problemText, request, setText, word } from '/shared/core.js';

const SUMS = ['paid', 'due', 'waived', 'refunded', 'refund_due', 'cards_out', 'cards_back', 'cards_held', 'paid_fen'];
export const yuan = (fen) => (fen / 100).toFixed(2);
const fenOf = (text) => (/^\d{1,5}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : null);

export class Payments {
  // me: who this device is; only one of all lanes is told the sums.
  constructor(lane, me, recorded) {
    Object.assign(this, { lane, recorded, canSum: !me.lane, chosen: null, isSending: false, outcome: null, sums: null });
    this.form = $('#payment');
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    $('#pay-other').addEventListener('click', () => this.choose(null));
    $('#pay-state').addEventListener('change', () => this.draw());
    onLanguage(() => this.draw());
  }

  get rules() { return (this.lane.snapshot && this.lane.snapshot.rules) || {}; }

  // member: somebody of a class, as the server lists it; null: typed in.
  choose(member) {
    this.chosen = member;
    this.outcome = null;
    this.draw();
    $(member ? '#pay-method' : '#pay-id').focus();
  }

  draw() {
    const { chosen, outcome } = this;
    const isToken = this.rules.payment === 'token';
    const isPaid = $('#pay-state').value === 'paid';
    $('#pay-typed').hidden = Boolean(chosen);
    $('#pay-chosen').hidden = !chosen;
    if (chosen) setText($('#pay-name-chosen'), word('pay-who', { name: `${chosen.name} ${chosen.student_no}` }));
    $('#pay-card-row').hidden = !isToken || !isPaid;
    $('#pay-money').hidden = !isPaid;
    if (this.rules.fee_fen && !$('#pay-amount').value) $('#pay-amount').value = yuan(this.rules.fee_fen);
    setText($('#pay-send'), this.isSending ? `… ${word('sending')}` : word('pay-send'));
    const box = $('#pay-answer');
    box.dataset.kind = outcome ? outcome.kind : '';
    box.replaceChildren(...(outcome ? outcome.lines().map((line, at) => element('p', at ? 'issued-detail' : 'issued-title', line)) : []));
    this.drawSums();
  }

  drawSums() {
    $('#pay-sums-panel').hidden = !this.sums;
    if (!this.sums) return;
    $('#pay-sums').replaceChildren(...SUMS.filter((name) => !name.startsWith('cards') || this.rules.payment === 'token').map((name) => {
      const fact = element('li', '', `${word(`sum-${name}`)} `);
      fact.append(element('strong', '', name === 'paid_fen' ? `¥${yuan(this.sums[name])}` : String(this.sums[name])));
      return fact;
    }));
  }

  async refreshSums() {
    if (!this.canSum) return;
    try {
      const { status, data } = await request('/api/v1/payments');
      if (status === 200) this.sums = data.tally;
      this.drawSums();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error; // the cover says so
    }
  }

  fail(lines) {
    this.outcome = { kind: 'failed', lines };
    this.draw();
  }

  // What is to be sent, or null after saying what is wrong.
  body() {
    const state = $('#pay-state').value;
    const body = { state };
    const found = checkIdNumber($('#pay-id').value);
    const [name, student] = [$('#pay-name').value.trim(), $('#pay-student').value.trim()];
    if (this.chosen) body.person = this.chosen.person;
    else {
      if (found.typed && !found.number) { this.fail(() => [`✕ ${word(`id-${found.fault}`, { count: found.typed.length })}`]); $('#pay-id').focus(); return null; }
      if (!found.number && !student) { this.fail(() => [`✕ ${word('id-missing')}`]); $('#pay-id').focus(); return null; }
      if (!name) { this.fail(() => [`✕ ${word('name-missing')}`]); $('#pay-name').focus(); return null; }
      Object.assign(body, { name }, found.number ? { id_number: found.number } : {}, student ? { student_no: student } : {});
    }
    if (state === 'paid') {
      const fen = fenOf($('#pay-amount').value.trim());
      if (fen === null) { this.fail(() => [`✕ ${word('pay-amount-wrong')}`]); $('#pay-amount').focus(); return null; }
      Object.assign(body, { amount_fen: fen, method: $('#pay-method').value });
      if (this.rules.payment === 'token' && $('#pay-card').checked) body.card = true;
    }
    const reason = $('#pay-reason').value.trim();
    if (reason) body.reason = reason;
    return body;
  }

  async send() {
    if (this.isSending) return;
    const body = this.body();
    if (!body) return;
    this.isSending = true;
    this.outcome = null;
    this.draw();
    try {
      const answer = await command('/api/v1/payments/record', body);
      if (answer.status === 200 || answer.status === 201) {
        const who = this.chosen ? this.chosen.name : `${[...body.name][0]}○○`;
        const done = answer.data.recorded ? 'pay-done' : 'pay-same'; // nothing is paid twice unseen
        this.outcome = { kind: 'done', lines: () => [`✓ ${word(done, { state: word(`pay-${body.state}`) })}`, who] };
        for (const field of ['#pay-id', '#pay-name', '#pay-student', '#pay-reason']) $(field).value = '';
        $('#pay-state').value = 'paid'; // the next person is not waived by oversight
        this.chosen = null;
        this.recorded();
        this.refreshSums();
      } else {
        this.outcome = { kind: 'failed', lines: () => { const text = problemText(answer); return [`✕ ${word('pay-not')}`, text.first, text.second]; } };
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.outcome = { kind: 'failed', lines: () => [`✕ ${word('no-answer')}`] };
    } finally {
      this.isSending = false;
      this.draw();
    }
  }
}
