// Pages that live for days: a new version of them is taken by itself, at a moment when nobody is hurt; the screen stays on;
// the stop is heard.
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, BUILD, Daemon, LOSS, PATIENCE, eventually, hasText, live, pause, person, settled } from './daemon.mjs';

let daemon;
let browser;
before(async () => { [daemon, browser] = await Promise.all([Daemon.start({ rules: 'spoken_check = true\n' }), Browser.start()]); });
after(async () => { await browser?.stop(); await daemon?.stop(); });

// The same program with other pages: a word of the photographer's is another one, and what tells versions apart is, too.
async function nextVersion() {
  const answer = async (page) => fetch(`${daemon.origin}${page}`);
  const version = (await answer('/healthz')).headers.get('Paihao-Pages');
  const tags = await Promise.all(['/shared/core.js', '/photographer/page.js'].map(async (page) => (await answer(page)).headers.get('ETag').replaceAll('"', '')));
  assert.match(version, /^[0-9a-f]{16}$/);
  let bytes = await readFile(path.join(BUILD, 'paihaod'));
  const put = (from, to) => {
    const [old, now] = [Buffer.from(from), Buffer.from(to)];
    assert.equal(old.length, now.length);
    let count = 0;
    for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + old.length)) { now.copy(bytes, at); count += 1; }
    assert.ok(count > 0, from);
  };
  const turned = (text) => [...text].reverse().join('');
  put(version, turned(version));
  for (const tag of tags) put(tag, turned(tag));
  put('请同学报号', '请同学念号');
  const program = path.join(daemon.folder, 'paihaod-next');
  await writeFile(program, bytes);
  await chmod(program, 0o755);
  return program;
}

test('the server comes back with new pages: idle ones load themselves again, a page with something typed waits', async () => {
  const number = await daemon.checkIn(person(1));
  await daemon.act(number, 'call');
  const [photographer, marshal, display] = await Promise.all(['photographer', 'marshal', 'display'].map((kind) => browser.open(daemon, kind, { expects: LOSS })));
  await hasText(photographer, '#label', '请同学报号');
  await marshal.fill('#name', '李');
  for (const page of [photographer, marshal, display]) await page.evaluate(() => { window.isOld = true; });
  const isOld = (page) => page.evaluate(() => Boolean(window.isOld)).catch(() => true);
  const program = await nextVersion();
  await daemon.down();
  daemon.program = program;
  await daemon.up();
  for (const page of [photographer, display]) {
    await eventually('it has loaded itself', async () => !(await isOld(page)), 15000);
    await live(page);
  }
  await hasText(photographer, '#label', '请同学念号');
  assert.equal(await isOld(marshal), true);
  assert.equal(await marshal.inputValue('#name'), '李');
  await marshal.fill('#name', '');
  await eventually('the marshal\'s as well', async () => !(await isOld(marshal)), 10000);
  await live(marshal);
  for (const page of [photographer, marshal, display]) {
    await page.evaluate(() => { window.isOld = true; }); // once is enough
    await pause(1500);
    assert.equal(await isOld(page), true);
    await page.context().close();
  }
});

test('a page asks the browser to leave the screen on, and again when it is looked at again', async () => {
  const page = await browser.device();
  await page.addInitScript(() => {
    window.asked = [];
    Object.defineProperty(navigator, 'wakeLock', { value: { request: async (what) => { const lock = { what, released: false }; window.asked.push(lock); return lock; } } });
  });
  await page.goto(`${daemon.origin}/display/?lane=A#token=${daemon.tokens.display}`);
  await live(page);
  await eventually('asked', () => page.evaluate(() => window.asked.length === 1 && window.asked[0].what === 'screen'));
  await page.evaluate(() => { window.asked[0].released = true; document.dispatchEvent(new Event('visibilitychange')); });
  await eventually('asked again', () => page.evaluate(() => window.asked.length === 2));
  await page.context().close();
});

test('the stop sounds until it is settled, also when there is no network', async () => {
  const page = await browser.device({ expects: LOSS });
  await page.addInitScript(() => {
    window.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function counted(...when) { window.tones += 1; return start.apply(this, when); };
  });
  await page.goto(`${daemon.origin}/photographer/?lane=A#token=${daemon.tokens.photographer}`);
  await live(page);
  await page.click('#lane');
  await eventually('the sound is on', async () => !(await page.isVisible('#sound')));
  await settled(page);
  daemon.signal('SIGSTOP');
  await page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
  await page.keyboard.press('x');
  await eventually('the stop is there', () => page.isVisible('#stop'));
  await eventually('it is heard more than once', () => page.evaluate(() => window.tones > 6), 8000);
  daemon.signal('SIGCONT');
  await live(page);
  await eventually('the lane has stopped', async () => (await daemon.snapshot()).stopped !== null);
  assert.equal(await page.isVisible('#stop'), true);
  assert.equal((await daemon.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: 'test' })).status, 200);
  await eventually('it goes on', async () => !(await page.isVisible('#stop')));
  const before = await page.evaluate(() => window.tones);
  await pause(3500);
  assert.equal(await page.evaluate(() => window.tones), before);
  await page.context().close();
});

test('a lane that is not there: the page offers those that are', async () => {
  const page = await browser.device();
  await page.goto(`${daemon.origin}/photographer/?lane=Z#token=${daemon.tokens.office}`);
  await hasText(page, 'main h1', '请选择机位');
  await page.locator('main a', { hasText: '机位 A' }).click();
  await live(page);
  await page.context().close();
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
