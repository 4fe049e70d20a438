// Carried inside of core.js. Taps that wait for the network: written down, sent in order, never done twice, never dropped
// silently.
import { NoAnswer, WORDS, freshKey, isLost, pause, problemText, request, store } from '/shared/core.js';
import { busy } from '/shared/parts/alive.js';

// ---- the server's time. Both clocks of a tablet may lie: the wall clock is wrong or is set, the monotonic one may stand
// still while the tablet sleeps and begins anew with each page. So a tap remembers both, and both as they were when the
// server last told its time. When it is sent, the one that agrees with the server about the time since then tells its age.
const AGREE_MS = 2000;
const LIFE = freshKey();
let anchor = null;
export function heardTime(iso) {
  if (iso) anchor = { server: Date.parse(iso), wall: Date.now(), mono: performance.now() };
}
const serverNow = () => (anchor ? anchor.server + performance.now() - anchor.mono : Date.now());
const tapTime = () => ({ wall: Date.now(), mono: performance.now(), life: LIFE, anchor });
export function ageOf({ wall, mono, life, anchor: was }) {
  const passed = was ? Math.max(0, serverNow() - was.server) : Infinity; // a tap is not older than what the server said before it
  const agrees = (since) => Math.abs(since - passed) <= AGREE_MS;
  const byWall = Date.now() - wall;
  const age = was && life === LIFE && agrees(performance.now() - was.mono) ? performance.now() - mono : byWall;
  return Math.round(Math.max(0, Math.min(age, passed)));
}

// ---- the outbox: every tap is written down before it is sent, and goes in order, with its own key, until it is answered. A
// `kept` one was made or waited while there was no network; what becomes of it when the server refuses it is told until
// somebody has seen it. Of one lane and device; survives a reload.
const DAY_MS = 86400000;
export class Outbox {
  // changed(): anything. answered(tap, answer), while it is still there. again(tap): before a repetition. isOurs(tap): the
  // number is still that of the same event.
  constructor(lane, { changed, answered, again, isOurs }) {
    Object.assign(this, { name: `paihao.outbox.${lane}`, taps: [], told: [], isSending: false, isStored: true, changed, answered, again, isOurs });
    this.read();
    this.keep();
    addEventListener('beforeunload', (event) => { if (!this.isStored && this.taps.length + this.told.length) event.preventDefault(); });
    addEventListener('storage', (event) => { if (event.key === this.name && this.isStored) { this.read(); changed(); setTimeout(() => this.pump(), 5000); } }); // another window of this device, which may be closed before it has sent
    busy.add(() => this.taps.length + this.told.length > 0);
  }

  read() {
    try {
      const { taps, told } = JSON.parse(store.get(this.name));
      Object.assign(this, { taps: taps.filter((tap) => tap?.path && tap.time && tap.body), told: told.filter((each) => each?.message) });
    } catch { /* nothing is kept, or nothing can be, or it is no outbox */ }
  }

  change(mutate) {
    if (this.isStored) this.read();
    mutate();
    this.isStored = store.set(this.name, JSON.stringify({ taps: this.taps, told: this.told }));
    this.changed();
  }

  // {path, verb, number, body, kept, then?}
  add(tap) {
    this.change(() => this.taps.push({ key: freshKey(), time: tapTime(), ...tap }));
    this.pump();
  }

  // before all others, as if made at the same moment as `tap`
  addBefore(tap, other) { this.change(() => this.taps.unshift({ ...other, key: freshKey(), time: tap.time, kept: true })); }

  keep() { if (this.taps.some((tap) => !tap.kept)) this.change(() => { for (const tap of this.taps) tap.kept = true; }); }

  seen(key) { this.change(() => { this.told = this.told.filter((each) => each.key !== key); }); }

  finish(tap, message) {
    this.change(() => {
      const before = this.taps.length;
      this.taps = this.taps.filter((each) => each.key !== tap.key);
      const at = new Date(serverNow() - ageOf(tap.time)).toISOString();
      if (message && this.taps.length < before) this.told.push({ key: tap.key, number: tap.number, verb: tap.verb, at, message });
    });
  }

  async pump() {
    if (this.isSending) return;
    this.isSending = true;
    try { while (this.taps.length && !isLost()) await this.send(this.taps[0]); } finally { this.isSending = false; }
  }

  async send(tap) {
    const age_ms = ageOf(tap.time);
    const fault = age_ms > DAY_MS ? 'too-old' : tap.kept && !this.isOurs(tap) ? 'other-event' : '';
    if (fault) { this.finish(tap, { zh: WORDS[fault][0], en: WORDS[fault][1] }); return; }
    const isLate = tap.kept || age_ms > 1000;
    const answer = await request(tap.path, { method: 'POST', key: tap.key, body: isLate ? { ...tap.body, age_ms } : tap.body })
      .catch((error) => { if (!(error instanceof NoAnswer)) throw error; return null; });
    const isKept = this.taps.some((each) => each.key === tap.key && each.kept); // by now
    const code = answer && answer.data && answer.data.code;
    if (!answer || answer.status === 401 || ['busy', 'stopping'].includes(code) || (isKept && answer.status >= 500)) {
      if (age_ms > 5000) this.keep();
      this.again(tap);
      await pause(answer ? 2000 : 700);
      return;
    }
    await this.answered({ ...tap, kept: isKept }, answer);
    const message = isKept && answer.status !== 200 ? problemText(answer, true) : null;
    // What was to take back this frame must not take back another tablet's.
    const back = message && tap.verb === 'shot' && this.taps.find((each) => each.verb === 'undo' && each.number === tap.number);
    this.finish(tap, message);
    if (back) this.finish(back, message);
  }
}
