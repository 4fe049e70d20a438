// One lane on the hall's television: the number that is called, the next one, those who may come to the door, those who
// were missed. Numbers only. A lane that stopped says that one should wait: nobody is now or next.
import {
  Lane, element, fitText, follow, laneTitle, setText, word,
} from '/shared/core.js';

const numbers = (tickets) => tickets.map((ticket) => element('li', '', ticket.number));
const twoWords = (keys, other) => keys.map((key) => word(key, {}, other)).join(' · ');

export class Board {
  // root: the element with the parts. called(board): another number is called, or the same one again.
  constructor(root, laneName, { comeCount, missedCount, drawn, called }) {
    Object.assign(this, { root, laneName, comeCount, missedCount, drawn, called, lane: new Lane(), call: '', isKnown: false });
    this.parts = Object.fromEntries([...root.querySelectorAll('[data-part]')].map((node) => [node.dataset.part, node]));
    this.fits = ['now', 'next', 'come'].map((part) => fitText(this.parts[part]));
    follow(laneName, this.lane, { draw: () => this.draw() });
  }

  get view() { return this.lane.snapshot; }

  // What is called at this moment; '' for nobody, and while the lane stands still.
  get key() {
    const { current, stopped } = this.view || {};
    return current && !stopped ? `${this.laneName} ${current.number} ${current.called_at} ${current.retakes}` : '';
  }

  get title() { return laneTitle(this.view.lane, this.view.room); }

  words() {
    const { current, stopped, session, line } = this.view;
    if (stopped) return ['please-wait'];
    if (current) return ['now', 'come-in'];
    return [session.state === 'open' || line.length ? 'not-open-yet' : 'session-closed'];
  }

  draw() {
    const { parts, view } = this;
    if (!view) return;
    const words = this.words();
    const isStopped = Boolean(view.stopped);
    parts['now-panel'].dataset.state = isStopped ? 'stopped' : view.current ? 'called' : 'empty';
    setText(parts['now-word'], twoWords(words, false));
    setText(parts['now-other'], twoWords(words, true));
    setText(parts.now, view.current && !isStopped ? view.current.number : '');
    // Nobody is next while the lane stands still, and nobody who waits loses the number on the screen.
    const [next, ...rest] = isStopped ? [null, ...view.line] : view.line;
    setText(parts.next, next ? next.number : '');
    parts['next-panel'].dataset.state = next ? 'waiting' : 'empty';
    // Side by side two long numbers would be too small for ten metres.
    const most = this.comeCount === 2 && rest[0] && rest[0].number.length > 7 ? 1 : this.comeCount;
    parts.come.replaceChildren(...numbers(rest.slice(0, most)));
    const missed = view.done.filter((ticket) => ticket.state === 'missed').slice(0, this.missedCount);
    parts['missed-panel'].hidden = !missed.length && !view.late_round;
    parts['missed-panel'].dataset.late = String(Boolean(view.late_round));
    setText(parts['missed-word'], word(view.late_round ? 'late-round' : 'passed-by'));
    setText(parts['missed-other'], word(view.late_round ? 'late-round' : 'passed-by', {}, true));
    parts.missed.replaceChildren(...numbers(missed));
    parts.missed.hidden = !missed.length;
    setText(parts.lane, this.title);
    this.drawn();
    for (const fit of this.fits) fit();
    this.hear();
  }

  // The first snapshot calls nobody: what it shows may have been called long ago.
  hear() {
    const { key } = this;
    const isNew = this.isKnown && key && key !== this.call;
    this.isKnown = true;
    this.call = key;
    if (isNew) this.called(this);
  }
}
