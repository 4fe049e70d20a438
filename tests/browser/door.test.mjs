// From an emulated card on the emulated reader, through the real driver, to all three pages and the door sign.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, CALLED, Daemon, eventually, hasText, pause, textOf } from './daemon.mjs';
import { Emulator } from './emulator.mjs';

const TICK_MS = 100;
let emulator;
let daemon;
let browser;
let pages;
before(async () => {
  emulator = await Emulator.start();
  const reader = (name, driver) => `reader "${name}" { driver = "${driver}" device = "serial:${emulator.folder}/${name}" }`;
  daemon = await Daemon.start({ lines: [reader('door', 'sam'), reader('gun', 'scanner')] });
  browser = await Browser.start();
  pages = {};
  for (const kind of Object.keys(CALLED)) pages[kind] = await browser.open(daemon, kind);
});
after(async () => { await browser?.stop(); await daemon?.stop(); await emulator?.stop(); });

test('the readers are shown ready', async () => {
  for (const name of ['door', 'gun']) {
    await eventually(`${name} is ready`, async () => /就绪/.test(await pages.marshal.locator('#readers li', { hasText: name }).innerText()), 10000);
  }
});

test('a tap: its number on all three pages, large at the door', async () => {
  const who = await emulator.say('person 7 0');
  assert.equal((await emulator.say('tap door person 7 0')).read, true);
  await hasText(pages.photographer, '#number', 'A0001');
  await hasText(pages.photographer, '#name', [...who.name][0]);
  assert.equal(await pages.photographer.isVisible('#note'), false); // an ID card needs no second look
  await hasText(pages.marshal, '#line', 'A0001');
  await hasText(pages.display, '#next', 'A0001');
  await hasText(pages.marshal, '#door-latest', 'A0001');
  assert.match(await textOf(pages.marshal, '#door-latest'), /您的拍摄号.*Your number/);
  for (const page of Object.values(pages)) assert.equal((await page.content()).includes(who.id_number), false);
  await daemon.act('A0001', 'call');
  for (const [kind, selector] of Object.entries(CALLED)) await hasText(pages[kind], selector, 'A0001');
});

test('the same card again: the door says so, with the same number', async () => {
  await pause(2200); // a reader takes the same card within two seconds for one tap
  await emulator.say('tap door person 7 0');
  await hasText(pages.marshal, '#door-latest', '您已有号码');
  await hasText(pages.marshal, '#door-latest', 'A0001');
  assert.equal((await daemon.snapshot()).counts.issued, 1);
});

test('a capture code: a number without a name, to be looked at twice', async () => {
  await emulator.say(`scan gun ${Buffer.from('opaque capture code of a test').toString('hex')}`);
  await hasText(pages.photographer, '#next', 'A0002');
  await hasText(pages.photographer, '#next', '未对应到人');
  await hasText(pages.marshal, '#door-latest', 'A0002');
});

test('the door sign shows the number for four seconds in both languages, then invites again', async () => {
  const { marshal } = pages;
  await marshal.click('#sign-open');
  await eventually('the number shown before has gone', async () => /请刷身份证/.test(await textOf(marshal, '#sign')), 6000);
  // by the page's own clock, and its ticks: they stand still when the page does
  await marshal.evaluate((tick_ms) => {
    const shows = () => document.querySelector('#sign').innerText.includes('A0003');
    window.stood = { from: 0, to: 0, ticks: 0 };
    new MutationObserver(() => {
      if (shows()) window.stood.from ||= performance.now();
      else if (window.stood.from) window.stood.to ||= performance.now();
    }).observe(document.querySelector('#sign'), { subtree: true, childList: true, characterData: true, attributes: true });
    setInterval(() => { if (window.stood.from && !window.stood.to) window.stood.ticks += 1; }, tick_ms);
  }, TICK_MS);
  await emulator.say('tap door person 7 1');
  await hasText(marshal, '#sign-number', 'A0003');
  assert.match(await textOf(marshal, '#sign'), /您的拍摄号[^]*Your number/);
  const size = await marshal.locator('#sign-number').evaluate((node) => node.getBoundingClientRect().width / innerWidth);
  assert.ok(size > 0.75, `the number takes ${size} of the width`);
  await eventually('it invites again', async () => /请刷身份证/.test(await textOf(marshal, '#sign')), 6000);
  const { from, to, ticks } = await marshal.evaluate(() => window.stood);
  assert.ok(to - from > 3900 && ticks * TICK_MS < 4500, `it stood ${to - from} ms, ${ticks} ticks`);
  assert.match(await textOf(marshal, '#sign'), /Present your ID card/);
});

test('a refusal at the door: why, in both languages', async () => {
  const { marshal } = pages;
  await daemon.api('POST', '/lanes/A/session', { state: 'closed' });
  await hasText(marshal, '#sign-title', '现在不取号');
  await emulator.say('tap door person 7 2');
  await hasText(marshal, '#sign-title', '未取到号');
  assert.match(await textOf(marshal, '#sign-detail'), /未开放取号.*not open/);
  await marshal.click('#sign-close');
  await hasText(marshal, '#door-latest', '未取到号');
  assert.equal((await daemon.snapshot()).counts.issued, 3);
});

test('an unplugged reader is shown with its cause, and ready again when it is back', async () => {
  const row = pages.marshal.locator('#readers li', { hasText: 'door' });
  await emulator.say('unplug door');
  await eventually('not ready', async () => /未接上|故障/.test(await row.innerText()), 10000);
  assert.match(await row.innerText(), /自 \d\d:\d\d:\d\d/);
  assert.ok(await row.locator('.reader-cause').count() > 0);
  await emulator.say('replug door');
  await eventually('ready', async () => /就绪/.test(await row.innerText()), 10000);
});

test('the sound waits for the first touch', async () => {
  const page = await browser.open(daemon, 'marshal');
  assert.equal(await page.isVisible('#sound'), true);
  await page.click('h1');
  await eventually('the sound is on', async () => !(await page.isVisible('#sound')));
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
