// All three pages follow the line without reload; a lost connection covers them within 3 s and heals by itself. The
// photographer's is not covered but banded, and goes on (outbox.test.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, CALLED, Daemon, LOSS, eventually, hasText, live, person, settled, textOf } from './daemon.mjs';

const KINDS = ['photographer', 'marshal', 'display'];
const LOST_MS = 3000;
let daemon;
let browser;
let pages;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  pages = await Promise.all(KINDS.map((kind) => browser.open(daemon, kind, { expects: LOSS })));
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

const everywhere = (what) => Promise.all(pages.map((page, index) => what(page, KINDS[index])));
const isCovered = async (page) => await page.isVisible('.cover') && (await page.getAttribute('html', 'data-link')) === 'lost';

// From here on each page counts its own ticks until it is covered: they stand still when the page does, so that a machine which
// stalls makes the count smaller, never larger.
const TICK_MS = 100;
const countTicks = () => everywhere((page) => page.evaluate((tick_ms) => {
  window.ticks = 0;
  clearInterval(window.ticking);
  window.ticking = setInterval(() => {
    if (document.documentElement.dataset.link === 'lost') clearInterval(window.ticking);
    else window.ticks += 1;
  }, tick_ms);
}, TICK_MS));
async function allLost() {
  await everywhere((page, kind) => eventually(`${kind} is covered`, () => isCovered(page)));
  const ticks = await everywhere((page) => page.evaluate(() => window.ticks));
  for (const [index, count] of ticks.entries()) assert.ok(count * TICK_MS <= LOST_MS + TICK_MS, `${KINDS[index]} was covered after ${count} ticks`);
  await everywhere(async (page, kind) => {
    const text = await textOf(page, '.cover');
    assert.match(text, /连接已断/);
    assert.match(text, /Connection lost/);
    assert.equal(await page.locator('body > main').evaluate((main) => main.inert), kind !== 'photographer');
  });
}
async function allHealed(number, limit_ms) {
  await everywhere((page, kind) => eventually(`${kind} is healed`, async () => !(await isCovered(page)), limit_ms));
  await everywhere((page, kind) => hasText(page, CALLED[kind], number, 3000));
  await everywhere(async (page) => assert.equal(await page.locator('body > main').evaluate((main) => main.inert), false));
}

test('the number of a check-in appears on all three pages', async () => {
  const number = await daemon.checkIn(person(1, '张小明'));
  await hasText(pages[0], '#number', number);
  await hasText(pages[0], '#name', '张○○');
  await hasText(pages[1], '#line', number);
  await hasText(pages[2], '#next', number);
  await daemon.act(number, 'call');
  await everywhere((page, kind) => hasText(page, CALLED[kind], number));
});

test('the hall is told numbers only', async () => {
  const { data } = await daemon.api('GET', '/lanes/A', null, 'display');
  assert.equal(data.current.number, 'A0001');
  for (const field of ['name', 'id_mask', 'unit', 'medium', 'bound']) assert.equal(field in data.current, false, field);
  assert.equal((await pages[2].content()).includes('张'), false);
});

test('opening and closing the session shows on all three', async () => {
  await daemon.api('POST', '/lanes/A/session', { state: 'closed' });
  await hasText(pages[0], '#session', '未开放取号');
  await hasText(pages[1], '#session', '未开放取号');
  await daemon.api('POST', '/lanes/A/session', { state: 'open' });
  await hasText(pages[0], '#session', '取号开放中');
  await hasText(pages[1], '#session', '取号开放中');
});

test('a frozen daemon: covered within 3 s, healed after it goes on', async () => {
  daemon.signal('SIGSTOP');
  await countTicks();
  await allLost();
  daemon.signal('SIGCONT');
  await allHealed('A0001', 4000);
});

test('a tap during the freeze is sent when the connection is back, once', async () => {
  const next = await daemon.checkIn(person(2));
  await hasText(pages[0], '#next', next);
  await settled(pages[0]);
  daemon.signal('SIGSTOP');
  await countTicks();
  await pages[0].click('#go');
  await eventually('it is being sent', () => pages[0].evaluate(() => document.querySelector('#answer').innerText.includes('正在发送')
    && 'pending' in document.querySelector('#go').dataset));
  await allLost();
  await hasText(pages[0], '.cover', '1 下先存在本机');
  await hasText(pages[0], '#number', next);
  await new Promise((resolve) => { setTimeout(resolve, 3000); }); // the request itself times out and is repeated
  daemon.signal('SIGCONT');
  await allHealed(next, 6000);
  await hasText(pages[0], '#answer', '✓ A0001 已拍', 6000);
  const { counts, current } = await daemon.snapshot();
  assert.deepEqual([counts.shot, counts.called, current.number], [1, 1, next]);
});

test('what was typed survives a lost connection, and the cursor is back in its field', async () => {
  const marshal = pages[1];
  await marshal.fill('#id-number', '99010120');
  await marshal.fill('#name', '李');
  await marshal.focus('#name');
  daemon.signal('SIGSTOP');
  await eventually('covered', () => isCovered(marshal));
  daemon.signal('SIGCONT');
  await eventually('healed', async () => !(await isCovered(marshal)), 8000);
  assert.deepEqual([await marshal.inputValue('#id-number'), await marshal.inputValue('#name')], ['99010120', '李']);
  assert.equal(await marshal.evaluate(() => document.activeElement.id), 'name');
});

test('a killed daemon: covered within 3 s; after its restart the pages heal, paired as before', async () => {
  await daemon.down('SIGKILL');
  await countTicks();
  await allLost();
  await daemon.up();
  await allHealed('A0002', 6000);
  const number = await daemon.checkIn(person(3));
  await hasText(pages[0], '#next', number);
  await hasText(pages[1], '#line', number);
  await hasText(pages[2], '#next', number);
});

test('an open menu does not stand before the cover', async () => {
  const page = pages[0];
  await page.click('#void');
  assert.equal(await page.isVisible('#void-menu'), true);
  daemon.signal('SIGSTOP');
  await eventually('covered', () => isCovered(page));
  assert.equal(await page.isVisible('#void-menu'), false);
  const { x, y, width, height } = await page.locator('.cover').boundingBox();
  const top = await page.evaluate(([left, right]) => document.elementFromPoint(left, right).closest('.cover') !== null, [x + width / 2, y + height / 2]);
  assert.equal(top, true);
  daemon.signal('SIGCONT');
  await live(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
