// The photographer's glass where rules ask for more: the spoken number, the stop, the payment card, voids of others, notes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, eventually, hasText, pause, person, roster, settled, textOf } from './daemon.mjs';

const EXPECTED = /status of (409|404)/;
let spoken;
let cards;
let browser;
before(async () => {
  [spoken, cards, browser] = await Promise.all([
    Daemon.start({ rules: 'spoken_check = true\nline_limit = 30\n' }),
    Daemon.start({
      rules: 'payment = "token"\npayment_gate = "warn"\nscan_and_sit = true\nfee = "15.00"\n',
      lists: { people: roster({ 计算机1班: 4 }) },
    }),
    Browser.start(),
  ]);
});
after(async () => { await browser?.stop(); await spoken?.stop(); await cards?.stop(); });
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const current = async () => (await spoken.snapshot()).current;
let people = 100;
async function line(count) {
  for (;;) {
    const view = await spoken.snapshot();
    const ticket = view.current || view.line[0];
    if (!ticket) break;
    if (view.stopped) await spoken.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: 'test' });
    await spoken.act(ticket.number, 'void');
    await spoken.act(ticket.number, 'acknowledge');
  }
  const numbers = [];
  for (let i = 0; i < count; i += 1) numbers.push(await spoken.checkIn(person((people += 1))));
  await spoken.act(numbers[0], 'call');
  return numbers;
}

test('no photograph before the spoken number is confirmed: the button says why, confirm opens it', async () => {
  const [first, second] = await line(2);
  const page = await browser.open(spoken, 'photographer');
  await settled(page);
  await hasText(page, '#go', '先核对报号');
  assert.equal(await page.getAttribute('#go', 'aria-disabled'), 'true');
  await hasText(page, '#label', '请同学报号');
  await page.click('#go', { force: true });
  await hasText(page, '#answer-hint', '先核对报号');
  await pause(200);
  assert.equal(await spoken.stateOf(first), 'called');
  await page.click('#confirm');
  await hasText(page, '#answer', `✓ ${first} 报号相符`);
  assert.equal((await current()).confirmed, true);
  await settled(page);
  await hasText(page, '#go', `已拍 ${first}`);
  await page.click('#go');
  await hasText(page, '#number', second);
  assert.equal(await spoken.stateOf(first), 'shot');
  await close(page);
});

test('the pedal: one press confirms, the next is the shot; a bounce confirms only', async () => {
  const [first, second] = await line(2);
  const page = await browser.open(spoken, 'photographer');
  await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  await hasText(page, '#answer', `✓ ${first} 报号相符`);
  await pause(300);
  assert.equal((await current()).number, first);
  await settled(page);
  await pause(100);
  await page.keyboard.press('PageDown');
  await hasText(page, '#number', second);
  assert.equal(await spoken.stateOf(first), 'shot');
  await close(page);
});

test('a mismatch by one key stops the lane on every glass, names who is at risk and what to do; a decision ends it', async () => {
  const numbers = await line(4);
  const rule = (isOn) => spoken.api('POST', '/rules', { profile: 'page-tests', text: `spoken_check = ${isOn}\nline_limit = 30\n` }, 'whole');
  assert.equal((await rule(false)).status, 200);
  const early = await browser.open(spoken, 'photographer');
  await settled(early);
  assert.equal(await early.isVisible('#confirm'), false);
  for (const number of numbers.slice(0, 2)) { // two photographs that nobody has confirmed
    assert.equal((await spoken.act(number, 'shot', { advance: true })).status, 200);
  }
  await rule(true);
  await early.locator('#confirm').waitFor(); // new rules reach a page that is open
  await close(early);
  const [page, other] = await Promise.all([browser.open(spoken, 'photographer', { expects: EXPECTED }), browser.open(spoken, 'photographer')]);
  await page.keyboard.press('x');
  for (const each of [page, other]) {
    await each.locator('#stop').waitFor();
    await hasText(each, '#stop', '停拍');
    assert.equal(await textOf(each, '#stop-number'), numbers[2]);
    assert.match(await textOf(each, '.stop-do'), /不要按快门[^]*引导员/);
    const covers = await each.locator('#stop').boundingBox();
    const view = each.viewportSize();
    assert.ok(covers.width >= view.width && covers.height >= view.height, 'the whole glass');
    assert.equal(await each.evaluate(() => document.querySelector('main').inert), true);
  }
  for (const number of numbers.slice(0, 2)) await hasText(page, '#stop-risk', number);
  assert.equal(await page.isVisible('#stop-label'), true);
  await page.keyboard.press('Space'); // the pedal is dead meanwhile
  await page.keyboard.press('PageDown');
  await pause(200);
  assert.equal((await current()).number, numbers[2]);
  assert.equal((await spoken.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: '报错号' }, 'marshal')).status, 200);
  for (const each of [page, other]) await eventually('the stop is gone', async () => !(await each.isVisible('#stop')));
  await hasText(page, '#number', numbers[2]);
  await hasText(page, '#go', '先核对报号');
  assert.equal(await page.evaluate(() => document.querySelector('main').inert), false);
  await close(page, other);
});

test('another device stops the lane while this tablet cannot ask for a snapshot: the stop is there, and who is at risk as soon as it can', async () => {
  const [number] = await line(2);
  const page = await browser.open(spoken, 'photographer', { expects: /net::ERR_/ });
  let fails = true;
  let snapshots = 0;
  await page.route((url) => url.pathname === '/api/v1/lanes/A', async (route) => {
    if (fails) { await route.abort(); return; }
    snapshots += 1;
    await route.continue();
  });
  assert.equal((await spoken.act(number, 'mismatch')).status, 200);
  await page.locator('#stop:not([hidden])').waitFor();
  await hasText(page, '#stop-number', number);
  assert.equal(snapshots, 0, 'the event alone stops the glass');
  fails = false;
  await eventually('it asked again', () => snapshots > 0);
  await spoken.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: 'test' });
  await page.locator('#stop').waitFor({ state: 'hidden' });
  await close(page);
});

test('a page that is opened while the lane is stopped shows the stop; English too', async () => {
  const numbers = await line(2);
  await spoken.act(numbers[0], 'mismatch');
  const page = await browser.open(spoken, 'photographer');
  await page.locator('#stop').waitFor();
  assert.equal(await textOf(page, '#stop-number'), numbers[0]);
  await hasText(page, '#stop', 'STOP');
  await spoken.api('POST', '/lanes/A/resolve', { decision: 'put-right', reason: 'test' });
  await eventually('the stop is gone', async () => !(await page.isVisible('#stop')));
  await close(page);
});

test('the camera tablet is broken: the marshal, or the office, confirms and stops on the same page', async () => {
  for (const role of ['marshal', 'office']) {
    const [first] = await line(2);
    const page = await browser.open(spoken, 'photographer', { role });
    await hasText(page, '#number', first);
    await page.click('#confirm');
    await hasText(page, '#answer', `✓ ${first} 报号相符`);
    assert.equal((await current()).confirmed, true);
    await page.click('#mismatch');
    await page.locator('#stop').waitFor();
    assert.equal((await spoken.snapshot()).stopped.ticket.number, first);
    assert.equal(await page.isVisible('#stop-resolve'), true);
    await spoken.api('POST', '/lanes/A/resolve', { decision: 'order-right', reason: 'test' });
    await close(page);
  }
});

test('a void made by somebody else stays on the glass until it is acknowledged', async () => {
  const numbers = await line(3);
  const page = await browser.open(spoken, 'photographer');
  assert.equal(await page.isVisible('#voids'), false);
  assert.equal((await spoken.api('POST', `/lanes/A/tickets/${numbers[1]}/void`, { reason: 'left' }, 'marshal')).status, 200);
  await hasText(page, '#voids', `${numbers[1]} 已由他人作废`);
  await page.reload();
  await hasText(page, '#voids', numbers[1]);
  await page.click('#acknowledge');
  await hasText(page, '#answer', `✓ ${numbers[1]} 已知悉`);
  await eventually('the notice is gone', async () => !(await page.isVisible('#voids')));
  assert.deepEqual((await spoken.snapshot()).open_voids, []);
  await close(page);
});

test('scan and sit: no line; the card that is out is asked for with the shot, and missing ones are told', async () => {
  const page = await browser.open(cards, 'photographer', { expects: EXPECTED });
  await hasText(page, '#label', '请下一位刷证件或扫码');
  assert.equal(await page.isVisible('#next'), false);
  const record = (n, more) => cards.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', ...more });
  const paid = await record(1, { card: true });
  assert.ok([200, 201].includes(paid.status), JSON.stringify(paid.data));
  const first = await cards.checkIn(person(1));
  await hasText(page, '#number', first);
  await hasText(page, '#unit', '计算机1班');
  await settled(page);
  await hasText(page, '#go', `收卡 · 已拍 ${first}`);
  assert.equal(await page.isVisible('#confirm'), false);
  await page.click('#go');
  await hasText(page, '#answer', `✓ ${first} 已拍`);
  const { last } = await cards.snapshot();
  assert.deepEqual([last.number, last.card_back], [first, true]);
  await record(2, { card: false });
  const second = await cards.checkIn(person(2));
  await hasText(page, '#number', second);
  await settled(page);
  await page.click('#go');
  await hasText(page, '#answer', '没有未交回的缴费拍摄卡');
  await page.click('#no-card');
  await hasText(page, '#answer', `✓ ${second} 已拍`);
  await close(page);
});

test('notes on who sits there: unpaid, typed by hand, out of order, class and level', async () => {
  const number = await cards.checkIn(person(4));
  const page = await browser.open(cards, 'photographer');
  await hasText(page, '#number', number);
  await hasText(page, '#note', '未缴费');
  await hasText(page, '#note', '人工登记');
  await hasText(page, '#unit', '本科');
  assert.equal(await page.isVisible('#no-card'), false);
  await page.click('[data-switch-language]');
  await hasText(page, '#note', 'unpaid');
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
