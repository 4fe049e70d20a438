// The hall's television: what it says out loud and in which order, several lanes side by side, notices that alarm nobody, and
// letters for ten metres. The voices are the test's own: they write down what they were given and say when they have ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './axe.mjs';
import { Browser, Daemon, eventually, hasText, live, pause, person } from './daemon.mjs';

let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ lanes: ['B', 'C1'], rules: 'spoken_check = true\nmissed = "session-end"\n' }), Browser.start(),
  ]);
  for (let n = 1; n <= 12; n += 1) await daemon.checkIn(person(n));
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));

// voices: [language, is it on this device]. SAY_MS: how long each sentence takes; while window.isHeld none ends. window.said: [{text, lang, from, to}].
const SAY_MS = 250;
async function hall(query, { voices = [['zh-CN', true], ['en-GB', true], ['zh-CN', false]], size = { width: 1920, height: 1080 }, ...options } = {}) {
  const page = await browser.device({ size, ...options });
  await page.addInitScript(([list, say_ms]) => {
    window.said = [];
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function noted(...when) { window.tones.push({ at: performance.now(), hertz: this.frequency.value }); return start.apply(this, when); };
    const queue = [];
    const speaking = () => {
      const [speech] = queue;
      if (!speech) return;
      const entry = { text: speech.text, lang: speech.voice.lang, isLocal: speech.voice.localService, from: performance.now(), to: 0 };
      window.said.push(entry);
      const end = () => {
        if (window.isHeld) { setTimeout(end, 20); return; }
        entry.to = performance.now();
        queue.shift();
        speech.onend();
        speaking();
      };
      setTimeout(end, say_ms);
    };
    const synthesis = new EventTarget();
    synthesis.getVoices = () => list.map(([lang, localService]) => ({ lang, localService, name: lang }));
    synthesis.speak = (speech) => { queue.push(speech); if (queue.length === 1) speaking(); };
    synthesis.cancel = () => { window.said.push({ text: 'CUT' }); };
    Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  }, [voices, SAY_MS]);
  await page.goto(`${daemon.origin}/display/${query}#token=${daemon.tokens.whole}`);
  await live(page);
  return page;
}
const said = (page) => page.evaluate(() => window.said);
const texts = async (page) => (await said(page)).map((each) => each.text);
const saidAll = (page, count) => eventually(`${count} sentences`, async () => {
  const all = await said(page);
  if (all.length >= count && all.every((each) => each.to)) return all;
  throw new Error(JSON.stringify(all));
}, 15000);

test('a call is a chime, the number in Chinese and English digit by digit, and once more', async () => {
  const page = await hall('?lane=A');
  await page.click('#boards');
  await hasText(page, '#sound', '声音已开');
  await daemon.act('A0001', 'call');
  const all = await saidAll(page, 4);
  assert.deepEqual(all.map((each) => [each.text, each.lang]), [
    ['A 0 0 0 1 号，请进', 'zh-CN'], ['Number A 0 0 0 1, please come in', 'en-GB'],
    ['A 0 0 0 1 号，请进', 'zh-CN'], ['Number A 0 0 0 1, please come in', 'en-GB'],
  ]);
  assert.ok(all.every((each) => each.isLocal), 'no voice of another machine');
  const tones = await page.evaluate(() => window.tones);
  assert.equal(tones.length, 3, 'one chime');
  assert.ok(tones[0].at < all[0].from);
  await pause(1500);
  assert.equal((await said(page)).length, 4, 'and then it is quiet');
  await close(page);
});

test('calls wait for each other, and one that is over is passed over', async () => {
  const page = await hall('?lane=A');
  await page.evaluate(() => { window.isHeld = true; });
  await page.click('#boards'); // A0001 is called: whoever touches hears it
  await eventually('it is said', async () => (await said(page)).length === 1);
  await daemon.act('A0001', 'confirm');
  await daemon.act('A0001', 'shot', { advance: true }); // A0002 is called and gone again before the voice is free
  await daemon.act('A0002', 'miss', { advance: true });
  await hasText(page, '#now', 'A0003');
  await page.evaluate(() => { window.isHeld = false; });
  const all = await saidAll(page, 6);
  const words = all.map((each) => each.text);
  assert.deepEqual(words.slice(0, 2), ['A 0 0 0 1 号，请进', 'Number A 0 0 0 1, please come in'], 'the first is said to its end, not again');
  assert.ok(words.slice(2).every((each) => each.includes('A 0 0 0 3')), String(words));
  assert.ok(!words.includes('CUT'));
  for (let at = 1; at < all.length; at += 1) assert.ok(all[at].from >= all[at - 1].to, 'no two at once');
  await close(page);
});

test('a number that is called again is said again; a mere change of it is not', async () => {
  const page = await hall('?lane=A');
  await page.click('#boards');
  await saidAll(page, 4); // A0003
  await daemon.act('A0003', 'confirm');
  await daemon.act('A0003', 'shot', {});
  await pause(300);
  assert.equal((await said(page)).length, 4);
  await daemon.act('A0003', 'retake');
  const all = await saidAll(page, 8);
  assert.ok(all.slice(4).every((each) => each.text.includes('A 0 0 0 3')));
  await close(page);
});

test('without a voice of its own the device has the chime alone, and says so', async () => {
  const page = await hall('?lane=A', { voices: [['zh-CN', false], ['de-DE', true]] });
  await page.click('#boards');
  await hasText(page, '#sound', '只有提示音');
  await eventually('the chime', async () => (await page.evaluate(() => window.tones.length)) === 3);
  await pause(1800);
  assert.deepEqual(await texts(page), []);
  assert.equal(await page.evaluate(() => window.tones.length), 3);
  await close(page);
});

test('nothing sounds before the first touch, and the button makes it silent for good on this device', async () => {
  const page = await hall('?lane=A');
  await hasText(page, '#sound', '点一下屏幕');
  await daemon.act('A0003', 'confirm');
  await daemon.act('A0003', 'shot', { advance: true }); // A0004
  await hasText(page, '#now', 'A0004');
  await pause(600);
  assert.deepEqual(await texts(page), []);
  await page.keyboard.press('ArrowRight'); // a remote control is a touch, too
  await saidAll(page, 4);
  await page.click('#sound');
  await hasText(page, '#sound', '声音已关');
  await daemon.act('A0004', 'confirm');
  await daemon.act('A0004', 'shot', { advance: true }); // A0005
  await hasText(page, '#now', 'A0005');
  await pause(1500);
  assert.equal((await said(page)).length, 4);
  await page.reload();
  await live(page);
  await page.click('#boards');
  await hasText(page, '#sound', '声音已关');
  await close(page);
});

test('three lanes side by side: each called with its room, in turn, however they come', async () => {
  for (let n = 31; n <= 33; n += 1) await daemon.api('POST', '/lanes/B/tickets', person(n), 'whole');
  for (let n = 41; n <= 43; n += 1) await daemon.api('POST', '/lanes/C1/tickets', person(n), 'whole');
  const page = await hall('');
  assert.equal(await page.locator('.board').count(), 3);
  await page.locator('[data-part="lane"]', { hasText: 'C1101' }).waitFor();
  await page.click('#boards');
  await saidAll(page, 4); // A0005, called before
  await Promise.all([daemon.api('POST', '/lanes/B/tickets/B0001/call', {}, 'whole'), daemon.api('POST', '/lanes/C1/tickets/C1-0001/call', {}, 'whole')]);
  const all = (await saidAll(page, 12)).map((each) => each.text);
  assert.equal(all[0], 'A 0 0 0 5 号，请到 E201');
  const later = all.slice(4);
  const [first, second] = later[0].startsWith('B') ? ['B 0 0 0 1 号，请到 B101', 'C 1 0 0 0 1 号，请到 C1101'] : ['C 1 0 0 0 1 号，请到 C1101', 'B 0 0 0 1 号，请到 B101'];
  assert.deepEqual([later[0], later[2], later[4], later[6]], [first, first, second, second]);
  assert.equal(later.filter((each) => /^Number/.test(each)).length, 4);
  const shown = await page.locator('.board [data-part="now"]').allInnerTexts();
  assert.deepEqual(shown, ['A0005', 'B0001', 'C1-0001']);
  assert.equal(new Set(await page.locator('[id]').evaluateAll((nodes) => nodes.map((node) => node.id))).size, await page.locator('[id]').count(), 'ids are ids');
  await close(page);
  const two = await hall('?lane=C1,A,nowhere');
  assert.deepEqual(await two.locator('.board [data-part="now"]').allInnerTexts(), ['C1-0001', 'A0005']);
  await close(two);
});

test('a lane that stops asks to wait, plainly, and calls nobody; a late round says who may come', async () => {
  const page = await hall('?lane=A');
  await page.click('#boards');
  await saidAll(page, 4);
  const parts = () => page.evaluate(() => ['now', 'next', 'come'].map((part) => document.querySelector(`[data-part="${part}"]`).innerText.split(/\s+/).filter(Boolean)));
  const [, next, come] = await parts();
  assert.equal(next.length, 1);
  await daemon.act('A0005', 'mismatch');
  await hasText(page, '#now-word', '请稍候');
  const waiting = [...next, ...come].slice(0, 4);
  assert.deepEqual(await parts(), [[], [], waiting], 'nobody is next, and all who wait are there still');
  assert.equal(await page.getAttribute('#next-panel', 'data-state'), 'empty');
  await hasText(page, '#now-other', 'Please wait');
  assert.equal(await page.innerText('#now'), '');
  assert.doesNotMatch(await page.innerText('body'), /停|不符|STOP|错|测试/);
  await daemon.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: 'x' }, 'marshal');
  await hasText(page, '#now', 'A0005');
  await saidAll(page, 8); // who had to wait is called anew
  await daemon.api('POST', '/lanes/A/late', { open: true }, 'marshal');
  await hasText(page, '#missed-panel', '正在补拍过号');
  await daemon.api('POST', '/lanes/A/late', { open: false }, 'marshal');
  await hasText(page, '#missed-panel', '请找引导员');
  await close(page);
});

test('letters for ten metres on a television of 55 inches, at both sizes, also with three lanes', async () => {
  for (const size of [{ width: 1920, height: 1080 }, { width: 1280, height: 720 }]) {
    for (const [query, least] of [['?lane=A', { now: 12, next: 6, 'come"] li': 3.5 }], ['', { now: 7, next: 5, 'come"] li': 2.4 }]]) {
      const page = await hall(query, { size });
      await eventually('the numbers', async () => (await page.locator('.board [data-part="come"] li').count()) > 1);
      await page.waitForTimeout(200);
      for (const [part, cm] of Object.entries(least)) {
        const selector = part.includes('"') ? `.board [data-part="${part}` : `.board [data-part="${part}"]`;
        const points = await page.locator(selector).first().evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
        const height = (points * 0.72 * 68) / size.height;
        assert.ok(height >= cm, `${query} ${size.height} ${part}: ${height.toFixed(1)} cm`);
      }
      const wrong = await page.evaluate(() => [...document.querySelectorAll('.board section, .board-box, button')].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
      }).map((node) => node.className || node.id));
      assert.deepEqual(wrong, []);
      const cut = await page.evaluate(() => [...document.querySelectorAll('.board-box > *')].filter((node) => {
        const [inner, outer] = [node.getBoundingClientRect(), node.parentElement.getBoundingClientRect()];
        return inner.width > outer.width + 1 || inner.height > outer.height + 1;
      }).map((node) => `${node.dataset.part} ${node.textContent}`));
      assert.deepEqual(cut, [], query);
      await close(page);
    }
  }
});

test('axe finds nothing, in both themes and both languages, with one lane and with three', async () => {
  for (const query of ['?lane=A', '']) {
    const page = await hall(query, { bypassCSP: true, size: { width: 1280, height: 720 } });
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark', 'a hall is dark until it is told otherwise');
    for (const theme of ['dark', 'light']) {
      for (const language of ['zh', 'en']) {
        await inspect(page, `${query} ${theme} ${language}`);
        await page.click('[data-switch-language]');
      }
      await page.click('[data-switch-theme]');
    }
    await close(page);
  }
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
