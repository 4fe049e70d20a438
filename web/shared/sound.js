// One high tone: go on. Two: you have a number already. Two low ones: no. Browsers allow sound after the first touch.
// The alarm is neither: high and low, three times.
const TONES = { accepted: [880], already: [880, 660], refused: [220, 196], alarm: [988, 494, 988, 494, 988, 494] };
let sound = null;

// `hint` is hidden once the sound is on.
export function wakeSound(hint) {
  const wake = () => {
    sound ||= new AudioContext();
    sound.resume().then(() => { hint.hidden = true; });
  };
  for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, wake, { once: true });
  if (navigator.userActivation && navigator.userActivation.isActive) wake();
}

export function beep(result) {
  if (!sound || sound.state !== 'running') return;
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
