// What pictures of every page showed to be wrong once, at the sizes between the usual ones: a number pressed to nothing by what
// is around it, words that stick out of their button, a menu that scrolled its name away, a button that moved under the finger.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, LOSS, hasText, live, person, roster, settled } from './daemon.mjs';

const SIZES = {
  small: { width: 360, height: 640 }, phone: { width: 390, height: 844 }, old: { width: 1024, height: 600 },
  upright: { width: 800, height: 1280 }, tablet: { width: 1280, height: 800 },
};
const RULES = 'payment = "token"\nfee = "15.00"\npayment_gate = "warn"\nspoken_check = true\nmissed = "session-end"\nline_limit = 5\n';
const LONG = '马克思主义基本原理专业（中外合作·专升本）2021级卓越教师实验班第二十三班';
let daemon;
let browser;
const call = (lane, number) => daemon.api('POST', `/lanes/${lane}/tickets/${number}/call`, {}, 'whole');
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ rules: RULES, room: '图书馆东配楼 301', lanes: ['B', 'C1', '2024'], lists: { people: roster({ [LONG]: 12, 软件工程2102班: 30 }) } }), Browser.start(),
  ]);
  for (let n = 1; n <= 5; n += 1) {
    await daemon.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', card: true });
    await daemon.checkIn(person(n));
  }
  for (let n = 11; n <= 14; n += 1) assert.equal((await daemon.api('POST', '/lanes/2024/tickets', person(n), 'whole')).status, 201);
  await call('A', 'A0001');
  await call('2024', '2024-0001');
  await daemon.api('POST', '/lanes/A/tickets/A0004/void', { reason: 'left' }, 'marshal');
  await daemon.api('POST', '/lanes/A/tickets/A0005/void', { reason: 'left' }, 'marshal');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const speak = (page, language) => page.addInitScript((spoken) => localStorage.setItem('paihao.language', spoken), language);
async function open(kind, { language = 'zh', query = '?lane=A', ...options } = {}) {
  const page = await browser.device(options);
  await speak(page, language);
  await page.goto(`${daemon.origin}/${kind}/${query}#token=${daemon.tokens.whole}`);
  await live(page);
  return page;
}

// How much of the glass's height the number takes, and whether it is what one sees at its place.
const numberOn = (page) => page.$eval('#number', (node) => {
  const box = node.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return { share: box.height / innerHeight, isSeen: seen === node || Boolean(seen?.contains(node)) };
});
const outOfSight = (page) => page.$$eval('.actions button, .strip button:not([hidden])', (nodes) => nodes
  .filter((node) => { const box = node.getBoundingClientRect(); return box.width && (box.bottom > innerHeight + 1 || box.width < 48 || box.height < 48); }).map((node) => node.id));

test('spoken check, a card and voids: the number stands out at every size, with and without a network', async () => {
  const pages = [];
  for (const [name, size] of Object.entries(SIZES)) {
    for (const language of ['zh', 'en']) pages.push({ name: `${name} ${language}`, page: await open('photographer', { size, language, expects: LOSS }) });
  }
  const look = async (when) => {
    for (const { name, page } of pages) {
      const { share, isSeen } = await numberOn(page);
      assert.ok(share > 0.05 && isSeen, `${when} ${name}: ${share} of the height, in sight: ${isSeen}`);
      assert.deepEqual(await outOfSight(page), [], `${when} ${name}`);
    }
  };
  await settled(pages[0].page);
  await look('live');
  daemon.signal('SIGSTOP');
  try {
    for (const { page } of pages) await page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 20000 });
    await look('lost');
  } finally { daemon.signal('SIGCONT'); }
  await close(...pages.map(({ page }) => page));
});

// Buttons whose words are wider or higher than they are.
const spilling = (page) => page.$$eval('button, a.button', (nodes) => nodes
  .filter((node) => node.getClientRects().length && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1))
  .map((node) => `${node.id || node.textContent.trim().slice(0, 20)} ${node.scrollWidth} > ${node.clientWidth}`));
for (const kind of ['photographer', 'marshal', 'office', 'liaison', 'check', 'display']) {
  test(`/${kind}: no button's words stick out of it`, async () => {
    for (const language of ['zh', 'en']) {
      const page = await open(kind, { language, expects: /status of 404/ });
      const views = await page.locator('[data-to-view]:visible').evaluateAll((nodes) => nodes.map((node) => node.dataset.toView));
      for (const view of views.length ? views : ['']) {
        if (view) await page.click(`[data-to-view="${view}"]`);
        for (const [name, size] of Object.entries(SIZES)) {
          await page.setViewportSize(size);
          assert.deepEqual(await spilling(page), [], `${name} ${language} ${view}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${name} ${language} ${view}: ${wide} px too wide`);
        }
      }
      await close(page);
    }
  });
}

test('the marshal\'s menu says whose it is, also on a low screen', async () => {
  for (const size of [SIZES.small, SIZES.old]) {
    const page = await open('marshal', { size, language: 'en' });
    await page.locator('#line [data-act]').first().click();
    const box = await page.locator('#act-title').boundingBox();
    assert.match(await page.locator('#act-title').innerText(), /A000/);
    assert.ok(box.y >= 0 && box.y + box.height < size.height, `${box.y}`);
    const seen = await page.evaluate(() => {
      const { left, top, height } = document.querySelector('#act-title').getBoundingClientRect();
      return document.elementFromPoint(left + 8, top + height / 2).id;
    });
    assert.equal(seen, 'act-title');
    await close(page);
  }
});

test('four lanes side by side: no label is cut off, long numbers stay large, also upright', async () => {
  for (const size of [{ width: 1920, height: 1080 }, SIZES.upright]) {
    for (const language of ['zh', 'en']) {
      const page = await open('display', { size, language, query: '?lane=A,B,C1,2024' });
      await hasText(page, '.board:nth-of-type(4) [data-part="now"]', '2024-0001');
      const cut = await page.$$eval('.board-label, .board-lane, .board-list', (nodes) => nodes
        .filter((node) => node.getClientRects().length && node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent));
      assert.deepEqual(cut, [], `${size.width} ${language}`);
      const least = await page.$$eval('.board:nth-of-type(4) :is([data-part="now"], [data-part="next"], [data-part="come"])', (nodes) => Math.min(...nodes
        .map((node) => parseFloat(getComputedStyle(node).fontSize) / Math.min(innerWidth, innerHeight))));
      assert.ok(least > 0.05, `${size.width} ${language}: the smallest number has ${least} of the shorter side`);
      await close(page);
    }
  }
});

test('the first touch on a phone\'s number display does what was touched, though the words about the sound change', async () => {
  const page = await open('display', { size: SIZES.phone });
  await page.click('[data-switch-language]');
  await hasText(page, '[data-switch-language]', '中文');
  await close(page);
});

test('a lane that is closed says so on the photographer\'s glass', async () => {
  await daemon.tool('session', 'close', '--lane', 'B');
  const page = await open('photographer', { query: '?lane=B' });
  await hasText(page, '#label', '未开放取号');
  await daemon.tool('session', 'open', '--lane', 'B');
  await hasText(page, '#label', '没有人等候');
  await close(page);
});

test('a stopped lane stands out in the office\'s list', async () => {
  await daemon.act('A0001', 'mismatch');
  const page = await open('office', { query: '' });
  await hasText(page, '.session-alarm', 'A0001');
  await close(page);
});

test('figures stay whole: no sum is broken into two lines', async () => {
  const page = await open('office', { query: '' });
  await page.click('[data-to-view="figures"]');
  await page.locator('#figures td.figure').first().waitFor();
  const broken = await page.$$eval('#figures td.figure', (nodes) => nodes
    .filter((node) => { const range = document.createRange(); range.selectNodeContents(node); return range.getClientRects().length > 1; }).map((node) => node.textContent));
  assert.deepEqual(broken, []);
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
