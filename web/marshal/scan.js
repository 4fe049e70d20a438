// A scanner that poses as a keyboard, into one field of the page. A scan is one quick burst of keys with Enter or Tab
// at its end; half of one is never sent: what is typed slowly, interrupted, or begun elsewhere is dropped and said so.
import '/marshal/words.js';
import { EntryBox } from '/marshal/entry.js';
import { $, word } from '/shared/core.js';

const GAP_MS = 300; // longest pause between two keys of one scan
const MOST_BYTES = 2953;

// What a burst is, key by key. No page in it: times are given.
export class Burst {
  constructor() { this.elsewhere_ms = -Infinity; this.reset(); }

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
    if (this.fault) return this.fault;
    if (now_ms - this.last_ms > GAP_MS) return 'scan-cut';
    return bytes > MOST_BYTES ? 'scan-large' : '';
  }
}

export function base64(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function startScan(laneName, lane) {
  const field = $('#scan');
  const box = new EntryBox($('#scanned'), lane);
  const burst = new Burst();
  box.laneName = laneName;

  const clear = () => { field.value = ''; burst.reset(); };
  const refuse = (why) => { clear(); box.say('failed', `✕ ${word(why)}`); };
  const end = async () => {
    const bytes = new TextEncoder().encode(field.value);
    const why = box.isSending ? 'still-sending' : burst.end(performance.now(), bytes.length);
    if (why) { refuse(why); return; }
    clear();
    await box.send({ medium: 'capture_code', payload_base64: base64(bytes) });
  };

  document.addEventListener('keydown', (event) => {
    if (event.target !== field && event.key.length === 1) burst.otherKey(performance.now());
  }, true);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || !['Enter', 'Tab'].includes(event.key) || !field.value) return;
    event.preventDefault();
    end();
  });
  field.addEventListener('input', (event) => {
    const isDeletion = String(event.inputType).startsWith('delete');
    if (!field.value && isDeletion) { clear(); return; }
    burst.change(performance.now(), { isComposing: event.isComposing, isDeletion });
  });
  field.addEventListener('blur', () => { if (field.value) refuse('scan-cut'); });
}
