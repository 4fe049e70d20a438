// Calls out loud: a chime, then the number in Chinese and English, and once more. One call at a time: a call never cuts the
// one before. A number that is not called any more when its turn comes is passed over. Only voices that this device has
// itself are used, so that nothing is sent elsewhere; without any there is the chime alone.
import { isEnglish, word } from '/shared/core.js';
import { beep } from '/shared/sound.js';

const CHIME_MS = 900;
const REST_MS = 700; // between the two times
const MARGIN_MS = 2500; // a voice that never says it has ended is given up this long after it should have
const CHARACTER_MS = 450;
const LANGUAGES = [['zh-CN', /^(zh|cmn)\b/i], ['en-US', /^en\b/i]];

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// "A1-0012" -> "A 1 0 0 1 2"
export const spelled = (number) => [...number.toUpperCase()].filter((each) => /[A-Z0-9]/.test(each)).join(' ');

function voiceFor(index) {
  if (!('speechSynthesis' in window)) return null;
  const [language, pattern] = LANGUAGES[index];
  const own = speechSynthesis.getVoices().filter((voice) => voice.localService && pattern.test(voice.lang.replace('_', '-')));
  return own.find((voice) => voice.lang.replace('_', '-') === language) || own[0] || null;
}
export const hasVoice = () => Boolean(voiceFor(0) || voiceFor(1));

// Resolves when it has been said, has failed, or has taken far too long.
function say(text, index) {
  const voice = voiceFor(index);
  if (!voice) return Promise.resolve();
  return new Promise((resolve) => {
    const speech = new SpeechSynthesisUtterance(text);
    const timer = setTimeout(() => { speechSynthesis.cancel(); resolve(); }, MARGIN_MS + CHARACTER_MS * text.length);
    const end = () => { clearTimeout(timer); resolve(); };
    Object.assign(speech, { voice, lang: voice.lang, rate: 0.9, onend: end, onerror: end });
    speechSynthesis.speak(speech);
  });
}

export class Caller {
  // isCurrent(call): whether that number is still called. isOn(): whether this device is to sound at all.
  constructor({ isCurrent, isOn }) {
    Object.assign(this, { isCurrent, isOn, calls: [], isBusy: false });
  }

  // call: {key, number, place}; place: {zh, en}, where to go, or null for "come in".
  add(call) {
    this.calls.push(call);
    this.work();
  }

  async work() {
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.calls.length) {
      const call = this.calls.shift();
      if (this.isWanted(call)) await this.once(call);
      if (hasVoice() && this.isWanted(call)) {
        await pause(REST_MS);
        if (this.isWanted(call)) await this.speak(call);
      }
    }
    this.isBusy = false;
  }

  isWanted(call) { return this.isOn() && this.isCurrent(call); }

  async once(call) {
    beep('call');
    await pause(CHIME_MS);
    await this.speak(call);
  }

  async speak({ number, place }) {
    const order = isEnglish() ? [1, 0] : [0, 1];
    for (const index of order) {
      const isOther = isEnglish() !== Boolean(index);
      const values = { number: spelled(number), place: place ? place[index] : '' };
      await say(word(place ? 'say-come-to' : 'say-come-in', values, isOther), index);
    }
  }
}
