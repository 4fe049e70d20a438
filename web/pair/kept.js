// Taps that this device keeps and did not send, or that were refused and nobody has seen: whoever gives the device another
// duty must know of them. They stay where they are, and are sent when the device is again what it was.
import { $, addWords, clockTime, element, setText, store, word } from '/shared/core.js';

addWords({
  'kept-title': ['本设备上还有没有生效的操作', 'Taps on this device that did not take effect'],
  'kept-how': ['请记下来，与照片逐一核对，并告诉负责人。设备重新配对为该机位的摄影师后，24 小时内未发送的会自动发送。', 'Write them down, compare them with the photographs and tell the person in charge. What was not sent is sent by itself if this device becomes the photographer of that lane again within 24 hours.'],
  'kept-not-sent': ['没有发送', 'not sent'], 'kept-refused': ['没有生效', 'refused'],
  undo: ['撤销', 'Undo'], confirm: ['报号相符', 'Number is right'], mismatch: ['报号不符', 'Wrong number'], acknowledge: ['知道了', 'Understood'],
  'kept-seen': ['已记下，继续', 'Written down, go on'],
});

const CAMERA = ['photographer', 'marshal', 'office'];
const NAME = /^paihao\.outbox\.(.+)$/;

// [{lane, number, verb, at, isSent}] of the lanes that `who` does not serve at the camera; who: {role, lane} or null.
function keptBut(who) {
  const isServed = (lane) => who && CAMERA.includes(who.role) && (!who.lane || who.lane === lane);
  const found = [];
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* nothing can be kept */ }
  for (const name of names) {
    const lane = (NAME.exec(name) || [])[1];
    if (!lane || isServed(lane)) continue;
    try {
      const { taps, told } = JSON.parse(store.get(name));
      for (const tap of taps) if (tap?.number) found.push({ lane, number: tap.number, verb: tap.verb, at: new Date(tap.time?.wall).getTime(), isSent: false });
      for (const each of told) if (each?.number) found.push({ lane, number: each.number, verb: each.verb, at: Date.parse(each.at), isSent: true });
    } catch { /* no outbox */ }
  }
  return found;
}

// Shows them. True when there are any.
export function showKept(who) {
  const found = keptBut(who);
  $('#kept').hidden = !found.length;
  $('#kept-list').replaceChildren(...found.map(({ lane, number, verb, at, isSent }) => element('li', '', [
    `${word('lane')} ${lane}`, number, word(verb), Number.isNaN(at) ? '' : clockTime(at), word(isSent ? 'kept-refused' : 'kept-not-sent'),
  ].filter(Boolean).join(' · '))));
  setText($('#kept-seen'), word('kept-seen'));
  return found.length > 0;
}
