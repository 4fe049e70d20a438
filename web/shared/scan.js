// A scanner that poses as a keyboard, into one field of a page. A scan is one quick burst of keys with Enter or Tab at its
// end; half of one is never sent: what is typed slowly, interrupted, or begun elsewhere is dropped and said so. What the
// scan is, the server decides by the lane's rules; only a passport's two lines, which come as two scans, are put together
// here.
import { WORDS } from '/shared/core.js';

Object.assign(WORDS, {
  'scan-cut': ['没有扫完整，没有提交，请重新扫', 'The scan was not whole and was not sent. Scan again'],
  'scan-by-hand': ['像是手打的，没有提交；请用扫码枪', 'That looks typed by hand and was not sent. Use the scanner'],
  'scan-input-method': ['请把输入法切换到英文再扫', 'Switch the input method to English, then scan again'],
  'scan-large': ['内容过长，没有提交', 'Too long, not sent'],
  'scan-second-line': ['已收到护照第一行，请接着扫第二行', 'The passport\'s first line is here: now scan the second'],
  'scan-line-missing': ['护照缺第二行，都没有提交，请重新扫', 'The passport\'s second line is missing. Nothing was sent. Scan again'],
});

const GAP_MS = 300; // longest pause between two keys of one scan
const LINE_MS = 2000; // a passport's second line comes within this time of the first
const MOST_BYTES = 2953;

// What a burst is, key by key. No page in it: times are given.
export class Burst {
  constructor() { this.elsewhere_ms = -Infinity; this.ended_ms = -Infinity; this.reset(); }

  reset() { this.last_ms = 0; this.hasText = false; this.fault = ''; }

  // A key that went somewhere else on the page.
  otherKey(now_ms) { this.elsewhere_ms = now_ms; }

  // The field has changed; isWhole: by pasting, or by a scanner that sends its text at once.
  change(now_ms, { isComposing = false, isDeletion = false } = {}) {
    if (isComposing) this.fault = 'scan-input-method';
    else if (isDeletion) this.fault ||= 'scan-by-hand';
    else if (this.hasText && now_ms - this.last_ms > GAP_MS) this.fault ||= 'scan-by-hand';
    else if (!this.hasText && now_ms - this.elsewhere_ms < GAP_MS) this.fault ||= 'scan-cut';
    this.hasText = true;
    this.last_ms = now_ms;
  }

  // The ending has come. '' when the text may be sent, else the word that says why not.
  end(now_ms, bytes) {
    this.ended_ms = now_ms;
    if (this.fault) return this.fault;
    if (now_ms - this.last_ms > GAP_MS) return 'scan-cut';
    return bytes > MOST_BYTES ? 'scan-large' : '';
  }

  // An ending without text that belongs to the scan before it: some scanners send two.
  isSecondEnding(now_ms) { return now_ms - this.ended_ms < GAP_MS; }
}

function base64(text) {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
export const scanBody = (text) => ({ medium: 'scan', payload_base64: base64(text) });

const isFirstLine = (text) => /^P[A-Z0-9<>;,&]{43}$/i.test(text) && /([<>;,&])\1/.test(text.slice(5));
const isLine = (text) => /^[A-Z0-9<>;,&]{42,46}$/i.test(text);

// Puts a passport's lines together: hands every other text on at once.
export class Lines {
  constructor({ send, wait, refuse }) { Object.assign(this, { send, wait, refuse, first: '', timer: 0 }); }

  take(text) {
    const { first } = this;
    const solid = text.trim();
    this.forget();
    if (isFirstLine(solid)) {
      this.first = solid;
      this.timer = setTimeout(() => { this.forget(); this.send(scanBody(solid)); }, LINE_MS);
      this.wait();
    } else if (first && isLine(solid)) {
      this.send(scanBody(`${first}\n${solid}`));
    } else if (first) {
      this.refuse('scan-line-missing');
    } else {
      this.send(scanBody(text));
    }
  }

  forget() { clearTimeout(this.timer); this.first = ''; }
}

// field: the input. send(body); wait(): a first line is here; refuse(word); isBusy(): an answer is awaited. Optional:
// byHand(text): a body for what was typed by hand, or null; empty(): Enter without anything; takesAll: keys that go
// nowhere else on the page go to the field.
export function startScanField(field, { send, wait, refuse, isBusy = () => false, byHand = () => null, empty = () => {}, takesAll = false }) {
  const burst = new Burst();
  const drop = (why) => { clear(); refuse(why); };
  const lines = new Lines({ send, wait, refuse });
  function clear() { field.value = ''; burst.reset(); }

  function end() {
    const text = field.value;
    const now_ms = performance.now();
    if (!text) {
      if (!burst.isSecondEnding(now_ms)) empty();
      return;
    }
    const why = isBusy() ? 'still-sending' : burst.end(now_ms, new TextEncoder().encode(text).length);
    const typed = why === 'scan-by-hand' || why === 'scan-cut' ? byHand(text) : null;
    if (why && !typed) { drop(why); return; }
    clear();
    if (typed) send(typed);
    else lines.take(text);
  }

  document.addEventListener('keydown', (event) => {
    if (event.target === field || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (takesAll && (event.key !== ' ' || document.activeElement === document.body)) field.focus();
    else burst.otherKey(performance.now());
  }, true);
  field.addEventListener('keydown', (event) => {
    const isEnding = event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey && field.value);
    if (event.isComposing || !isEnding) return;
    event.preventDefault();
    end();
  });
  field.addEventListener('input', (event) => {
    const isDeletion = String(event.inputType).startsWith('delete');
    if (!field.value && isDeletion) { clear(); return; }
    burst.change(performance.now(), { isComposing: event.isComposing, isDeletion });
  });
  field.addEventListener('blur', (event) => {
    const isOwnButton = field.form && event.relatedTarget && event.relatedTarget.form === field.form;
    if (field.value && !isOwnButton) drop('scan-cut');
  });
  return { end };
}
