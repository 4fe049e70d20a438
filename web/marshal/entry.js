// One entry on its way: sends a person's medium, shows the number or why there is none. Shared by scan and passport.
import { helpParts } from '/marshal/refusal.js';
import { NoAnswer, command, element, lanePath, problemText, word } from '/shared/core.js';

export const repairText = ({ line, column, from, to }) => word(column ? 'mrz-repaired' : 'mrz-repaired-line', { line, column, from, to });

function answerParts(answer) {
  const isGiven = answer.status === 200 || answer.status === 201;
  const ticket = isGiven ? answer.data : answer.data && answer.data.ticket;
  const key = answer.status === 201 ? 'got-number' : isGiven ? 'had-number' : 'not-issued';
  const parts = [element('p', 'issued-title', `${isGiven ? '✓' : '✕'} ${word(key)} ${word(key, {}, true)}`)];
  if (ticket) parts.push(element('p', 'issued-number', ticket.number));
  if (!isGiven) {
    const text = problemText(answer);
    parts.push(element('p', 'issued-detail', text.first), element('p', 'issued-detail other', text.second));
  }
  for (const repair of (isGiven && answer.data.repaired) || []) parts.push(element('p', 'issued-detail', `⚠ ${repairText(repair)}`));
  return { isGiven, parts };
}

// A box that shows one answer at a time. send() resolves with true when there is a number.
export class EntryBox {
  constructor(box, lane) {
    this.box = box;
    this.lane = lane;
    this.laneName = '';
    this.isSending = false;
  }

  show(kind, ...parts) {
    this.box.dataset.kind = kind;
    if (!kind) delete this.box.dataset.kind;
    this.box.replaceChildren(...parts);
  }

  say(kind, text) { this.show(kind, ...(text ? [element('p', 'issued-title', text)] : [])); }

  async send(person) {
    this.isSending = true;
    this.say('', `… ${word('sending')}`);
    try {
      const answer = await command(`${lanePath(this.laneName)}/tickets`, person);
      const { isGiven, parts } = answerParts(answer);
      if (!isGiven) parts.push(...helpParts(answer, person, (again) => this.send(again)));
      this.show(isGiven ? 'done' : 'failed', ...parts);
      if (isGiven) this.lane.apply(answer.data);
      return isGiven;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.say('failed', `✕ ${word('no-answer')}`);
      return false;
    } finally {
      this.isSending = false;
    }
  }
}
