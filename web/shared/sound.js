// One high tone: go on. Two: you have a number already. Two low ones: no. Browsers allow sound after the first touch.
// The alarm is neither: high and low, three times. A call in the hall: three tones downwards.
const TONES = { accepted: [880], already: [880, 660], refused: [220, 196], alarm: [988, 494, 988, 494, 988, 494], call: [784, 659, 523] };
let sound = null;

export const isSounding = () => Boolean(sound && sound.state === 'running');

// `hint` is hidden once the sound is on, or called when it is a function. isNow: this browser needs no touch.
export function wakeSound(hint, isNow = false) {
  const tell = typeof hint === 'function' ? hint : () => { hint.hidden = true; };
  const wake = () => {
    if (isSounding()) return;
    sound ||= new AudioContext();
    sound.resume().then(tell);
  };
  if (isNow) wake();
  for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, wake, { once: true });
  if (navigator.userActivation && navigator.userActivation.isActive) wake();
}

export function beep(result) {
  if (!isSounding()) return;
  (TONES[result] || []).forEach((frequency, index) => {
    const start = sound.currentTime + index * 0.22;
    const tone = new OscillatorNode(sound, { frequency, type: ['refused', 'alarm'].includes(result) ? 'square' : 'sine' });
    const volume = new GainNode(sound, { gain: 0.25 });
    volume.gain.setTargetAtTime(0, start + 0.14, 0.02);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(start + 0.22);
  });
}
