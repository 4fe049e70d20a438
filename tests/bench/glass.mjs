// A finger on the photographer's main button until the glass shows the next number, in Chromium on the loopback, by the page's own
// clock. Beside it: a bare request to the same server and one painted frame. Prints one JSON line.
import { Browser, Daemon, eventually, person, settled } from '../browser/daemon.mjs';

const PEOPLE = 25;
const daemon = await Daemon.start();
const browser = await Browser.start();
const summary = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return { p50: sorted[sorted.length >> 1], worst: sorted[sorted.length - 1] };
};

try {
  for (let number = 1; number <= PEOPLE; number += 1) await daemon.checkIn(person(number));
  const page = await browser.open(daemon, 'photographer', { bypassCSP: true });
  // Watches the number and notes when a frame with another one was painted, and when the button was pressed.
  await page.evaluate(() => {
    window.taps = [];
    document.querySelector('#go').addEventListener('pointerdown', () => { window.pressed_ms = performance.now(); }, true);
    new MutationObserver(() => {
      const begun = window.pressed_ms;
      if (begun === undefined) return;
      window.pressed_ms = undefined;
      requestAnimationFrame(() => { const next = new MessageChannel(); next.port1.onmessage = () => window.taps.push(performance.now() - begun); next.port2.postMessage(0); });
    }).observe(document.querySelector('#number'), { childList: true, characterData: true, subtree: true });
  });
  await settled(page);
  await page.click('#go'); // calls the first, whose number stands there already
  await eventually('the first is called', async () => (await daemon.stateOf('A0001')) === 'called');
  await page.evaluate(() => { window.pressed_ms = undefined; });
  for (let tap = 1; tap < PEOPLE; tap += 1) {
    await settled(page);
    await page.click('#go');
    await eventually('the tap is on the glass', () => page.evaluate((wanted) => window.taps.length === wanted, tap));
  }
  const bare = await page.evaluate(async () => {
    const taken = [];
    for (let round = 0; round < 25; round += 1) {
      const begun = performance.now();
      await fetch('/api/v1/me', { cache: 'no-store' });
      await new Promise((resolve) => { requestAnimationFrame(() => { const next = new MessageChannel(); next.port1.onmessage = resolve; next.port2.postMessage(0); }); });
      taken.push(performance.now() - begun);
    }
    return taken;
  });
  console.log(JSON.stringify({ tap: summary(await page.evaluate(() => window.taps)), bare: summary(bare) }));
} finally {
  await browser.stop();
  await daemon.stop();
}
