// Carried inside of core.js. One live stream for all pages of this browser that follow the same lane in the same role: a browser
// opens six connections to a server and no more, and taps need one, too. The page that has the stream tells the others all that
// comes by a BroadcastChannel; they have their snapshot by a request of their own.
// Nobody is elected and nothing is locked (a page on plain http has no locks): two may have a stream for a moment, which costs
// a connection and nothing else, and the younger one gives way. Nobody vouches for another: what is passed on is what the
// server says, its beat of each second above all, so silence means gone, frozen or lost, and then each page helps itself as if
// it were alone. Pages of another version, or in another role, do not talk to each other.
import { pairedAs, request } from '/shared/core.js';
import { PAGES } from '/shared/parts/alive.js';

export const SILENCE_MS = 2500; // a lost connection
const LATE_MS = 1500; // for a beat
const HELLO_MS = 100; // for the answer of the page that has the stream

// names: of the events. hear(name, data): each of them. refresh(): asks for a snapshot and gives it to join().
// lost(): nothing is heard; again and again. Returns {join}: takes a snapshot that was asked for, if this page waits for one;
// isOld: something was heard since it was asked for, and another one will come.
export function openStream(path, names, { hear, refresh, lost }) {
  const channel = window.BroadcastChannel && new BroadcastChannel(`${PAGES} ${pairedAs} ${path}`);
  let source = null; // here, or at another page
  let since = Infinity; // when the one that is listened to was opened; the oldest counts
  let openedAt = 0;
  let heardAt = performance.now();
  let isFirst = true; // the next snapshot
  let isWhole = false; // there was a snapshot, and nothing was missed since
  let delay_ms = 0;
  let timer = 0; // of the next attempt

  const tell = (name, data) => { if (channel) channel.postMessage({ name, data, since }); };
  const silence = (from = heardAt) => performance.now() - from;
  const patience_ms = 1700 + Math.random() * 400; // with another page: not covered yet, and not all at once
  const take = (name, data) => {
    heardAt = performance.now();
    delay_ms = 0;
    hear(name, data);
    if (name !== 'snapshot') return;
    if (!isFirst) stillPaired(); // and are the pages still those of the server
    isFirst = false;
    isWhole = true;
  };
  const close = () => {
    clearTimeout(timer);
    if (source) source.close();
    timer = 0;
    source = null;
  };
  const leave = () => {
    if (source && isWhole) tell('bye');
    isWhole = false;
    close();
  };
  // Leaves for the pairing page if not. Paired anew as something else, by another page: this one looks again what it may show.
  const stillPaired = async () => {
    const was = pairedAs;
    await request('/api/v1/me').catch(() => {});
    if (pairedAs !== was) location.reload();
  };
  const open = () => {
    close();
    since = Date.now() + Math.random();
    openedAt = performance.now();
    const mine = new EventSource(path);
    source = mine;
    for (const name of names) {
      mine.addEventListener(name, (event) => {
        if (mine !== source) return;
        if (isWhole && silence(Math.max(openedAt, heardAt)) > SILENCE_MS) { // this page stood still: what waited for it is old
          isWhole = false;
          again();
          return;
        }
        const data = JSON.parse(event.data);
        tell(name, data);
        take(name, data);
      });
    }
    mine.onerror = () => { if (mine === source) again(mine.readyState === EventSource.CLOSED); };
  };
  const openIn = (ms) => { timer ||= setTimeout(open, ms); };
  const again = (wasRefused) => {
    if (timer) return;
    leave();
    delay_ms = Math.min(2000, delay_ms ? delay_ms * 1.6 : 500);
    timer = setTimeout(async () => {
      if (wasRefused) await stillPaired();
      open();
    }, delay_ms);
  };
  const watch = () => {
    if (channel && !source && silence() > patience_ms) openIn(0);
    if (silence() <= SILENCE_MS) return;
    isWhole = false;
    lost();
    // A connection that was accepted but never speaks is given up as well.
    if (silence(Math.max(openedAt, heardAt)) > SILENCE_MS) again();
  };
  const overhear = ({ data: { name, data, since: theirs } }) => {
    if (name === 'bye') {
      if (source || theirs !== since) return;
      since = Infinity;
      openIn(Math.random() * 50 + (document.hidden ? 200 : 0)); // hidden pages are frozen sooner
    } else if (since < theirs && isWhole && silence() < LATE_MS) {
      if (source) tell('beat', {}); // the other one gives way, or listens
    } else if (name !== 'hello') {
      if (name === 'snapshot' || since !== theirs) isWhole = false;
      since = theirs;
      close();
      if (isWhole) take(name, data);
      else {
        if (name !== 'snapshot') hear(name, data);
        refresh();
      }
    }
  };

  setInterval(watch, 200);
  document.addEventListener('visibilitychange', watch);
  if (channel) {
    channel.onmessage = overhear;
    addEventListener('pagehide', leave);
    document.addEventListener('freeze', leave);
    tell('hello');
    openIn(HELLO_MS);
  } else open();
  return {
    join(snapshot, isOld) {
      if (isWhole || source || timer) return false;
      take('snapshot', snapshot);
      isWhole = !isOld;
      return true;
    },
  };
}
