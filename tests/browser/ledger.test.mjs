// The office's ledger: live, who makes a difference, a session that does not close over it, and the signature.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './axe.mjs';
import { Browser, Daemon, eventually, hasText, person, roster, textOf } from './daemon.mjs';

const RULES = 'payment = "token"\nfee = "15.00"\npayment_gate = "warn"\n';
let daemon;
let browser;
let page;
const open = async (options = {}) => {
  const device = await browser.device({ bypassCSP: true, expects: /status of 409/, ...options });
  await device.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
  await device.locator('html[data-link="live"]').waitFor({ state: 'attached' });
  return device;
};
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ rules: RULES, lists: { people: roster({ 计算机1班: 3, 计算机2班: 2 }) } }), Browser.start()]);
  page = await open();
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const view = (name) => page.click(`[data-to-view="${name}"]`);
const ledger = async () => {
  const response = await fetch(`${daemon.origin}/api/v1/ledger`, { headers: { Authorization: `Bearer ${daemon.tokens.whole}` } });
  return response.json();
};
const openLines = async () => (await ledger()).lines.filter((line) => line.is_open).length;
const pays = (n) => daemon.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', card: true });
const shoots = async (n, body) => {
  const number = await daemon.checkIn(person(n));
  await daemon.act(number, 'call');
  await daemon.act(number, 'shot', body);
  return number;
};
const card = (title) => page.locator('.ledger-line', { has: page.locator('h4', { hasText: title }) });
const POLL_MS = 9000; // every five seconds

test('a clean day: every line is zero, with its parts', async () => {
  await pays(1);
  await shoots(1, { card: true });
  await view('ledger');
  await hasText(page, '#ledger-state', '各项都已平账或签认');
  await hasText(page, '#ledger-of-event', '发号 1 = 已拍 1 + 过号 0 + 作废 0 + 未完 0');
  await hasText(page, '#ledger-of-event', '名单 5 = 已拍 1 + 缺席 4');
  await hasText(page, '#ledger-of-event', '发出 1 = 收回 1');
  assert.equal(await page.locator('.ledger-line form:visible').count(), 0, 'nothing to sign');
  await hasText(page, '#ledger-rest', '其余 8 项差额为零'); // four lines of each of two classes
});

test('it follows: a card that was not given back, and one who never paid, by their numbers', async () => {
  await pays(2);
  await shoots(2, {}); // the card goes home
  await shoots(4, {}); // unpaid, and the gate only warns
  await hasText(page, '#ledger-state', '还有 5 项未平', POLL_MS);
  const cards = card('缴费拍摄卡 · 整个活动');
  assert.equal(await cards.locator('.ledger-difference').innerText(), '+1');
  assert.match(await cards.innerText(), /卡未收回 1: A0002/);
  const money = card('缴费 · 整个活动');
  assert.equal(await money.locator('.ledger-difference').innerText(), '−1');
  assert.match(await money.innerText(), /未缴费却拍了 1: A0003/);
  const size = await cards.locator('.ledger-difference').evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
  assert.ok(size >= 64, `a difference is huge, not ${size} px`);
});

test('a session does not close over its lane: which lines, and the way there', async () => {
  await view('sessions');
  await page.click('#sessions button');
  await page.click('#sessions button');
  await hasText(page, '#close-report', '机位 A 没有停止取号：台账未平');
  await hasText(page, '#close-report', '缴费拍摄卡 · 机位 A: +1 · 卡未收回 1: A0002');
  assert.doesNotMatch(await textOf(page, '#close-report'), /未缴费/, 'of that lane only');
  assert.equal((await daemon.snapshot()).session.state, 'open');
  await hasText(page, '#sessions', '台账未平');
  await page.focus('#close-report button');
  await page.keyboard.press('Enter');
  assert.ok(await page.isVisible('#ledger'));
});

test('a difference is signed with a reason; what is typed stays while the figures move', async () => {
  const cards = card('缴费拍摄卡 · 整个活动');
  await cards.locator('button').click();
  await hasText(page, '.ledger-line[data-kind="open"] .message[data-kind="failed"]', '请填写原因');
  assert.equal(await openLines(), 5);
  await cards.locator('input[type="text"]').fill('家长来还，');
  await shoots(5, {}); // one more who has not paid
  await eventually('the other line moved', async () => (await card('缴费 · 整个活动').locator('.ledger-difference').innerText()) === '−2', POLL_MS);
  assert.equal(await cards.locator('input[type="text"]').inputValue(), '家长来还，');
  await cards.locator('input[type="text"]').press('End');
  await page.keyboard.type('已电话确认');
  await cards.locator('input[type="checkbox"]').check();
  await page.keyboard.press('Tab');
  await cards.locator('button').click();
  await hasText(page, '#ledger-state', '还有 2 项未平');
  assert.match(await cards.innerText(), /已签认（token:\d+）：家长来还，已电话确认/);
  const signed = (await ledger()).lines.filter((line) => line.signed);
  assert.deepEqual(signed.map((line) => [line.line, line.scope, line.signed.reason]),
    ['event', 'lane', 'unit'].map((scope) => ['cards', scope, '家长来还，已电话确认']));
});

test('now the session closes', async () => {
  await view('sessions');
  await page.click('#sessions button');
  await page.click('#sessions button');
  await hasText(page, '#close-report', '没有遗留');
  assert.equal((await daemon.snapshot()).session.state, 'closed');
});

test('a signature covers that difference alone, and another hand may have been faster', async () => {
  await view('ledger');
  await pays(3);
  await hasText(page, '#ledger-of-event', '此后差额已变', POLL_MS); // a second card is out
  const money = card('缴费 · 整个活动');
  await money.locator('input[type="text"]').fill('明日补缴');
  await page.route('**/api/v1/ledger', (route) => route.abort()); // the page sees nothing of what follows
  await daemon.api('POST', '/payments/record', { ...person(4), state: 'paid', method: 'cash' });
  await money.locator('button').click();
  await eventually('refused', async () => (await money.innerText()).includes('该项台账已变化'));
  assert.equal(await money.locator('input[type="text"]').inputValue(), '明日补缴');
  await page.unroute('**/api/v1/ledger');
  await eventually('the page has it', async () => (await money.locator('.ledger-difference').innerText()) === '−1', POLL_MS);
  await money.locator('input[type="checkbox"]').check();
  await money.locator('button').click();
  await eventually('signed', async () => (await money.innerText()).includes('明日补缴'));
});

test('other people who make the same difference are not signed for unseen', async () => {
  await hasText(page, '#ledger-of-event', '卡未收回', POLL_MS);
  const cards = card('缴费拍摄卡 · 整个活动');
  await eventually('one card is out', async () => (await cards.locator('.ledger-difference').innerText()).startsWith('+'), POLL_MS);
  const before = (await ledger()).lines.find((line) => line.line === 'cards' && line.scope === 'event');
  await page.route('**/api/v1/ledger', (route) => route.abort()); // the page goes on showing what it showed
  await cards.locator('input[type="text"]').fill('卡丢了');
  await daemon.act('A0002', 'card', {}); // that one is given back,
  await pays(5); // and one of who was photographed already is out
  const now = (await ledger()).lines.find((line) => line.line === 'cards' && line.scope === 'event');
  assert.equal(now.difference, before.difference);
  assert.notEqual(now.who, before.who);
  await cards.locator('button').click();
  await eventually('refused', async () => (await cards.innerText()).includes('该项台账已变化'));
  assert.equal((await ledger()).lines.find((line) => line.line === 'cards' && line.scope === 'event').is_open, true);
  await page.unroute('**/api/v1/ledger');
  await eventually('shown anew', async () => !(await cards.innerText()).includes('A0002'), POLL_MS);
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, nothing is too wide or too small (${colorScheme})`, async () => {
    const other = await open({ colorScheme });
    for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await other.setViewportSize(size);
      await other.click('[data-to-view="ledger"]');
      await hasText(other, '#ledger-state', '还有');
      await inspect(other, `${colorScheme} ${size.width}`);
      const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} too wide at ${size.width}`);
      for (const node of await other.locator('#ledger button:visible, #ledger input:visible, #ledger summary:visible').all()) {
        const box = await node.boundingBox();
        assert.ok(box.width >= 48 && box.height >= 48, `${box.width} x ${box.height}`);
      }
    }
    await other.context().close();
  });
}

test('all of it in English', async () => {
  await page.click('[data-switch-language]');
  await hasText(page, '#ledger-state', 'Lines neither zero nor signed');
  await hasText(page, '#ledger-of-event', 'Payment cards · Whole event');
  await hasText(page, '#ledger-of-event', 'Card not given back 2: A0004 and 1 more');
  assert.doesNotMatch(await textOf(page, '#ledger'), /[a-z]+-[a-z]+ |undefined|NaN/);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints.filter((each) => !/ERR_FAILED/.test(each)), []));
