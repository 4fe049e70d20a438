// The photographer's glass: one tap per person, and no tap twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, LOSS, eventually, hasText, live, pause, person, settled, textOf } from './daemon.mjs';

const CONFLICT = /status of 409/;
let daemon;
let browser;
let people = 0;
before(async () => { [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]); });
after(async () => { await browser?.stop(); await daemon?.stop(); });

const open = (options = {}) => browser.open(daemon, 'photographer', options);
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
async function clearLine() {
  let refused = '';
  for (let tries = 0; tries < 50; tries += 1) {
    const view = await daemon.snapshot();
    const ticket = view.current || view.line[0];
    if (!ticket) return;
    // a number that has a photograph cannot be void: its retake is given up. A page's tap may still be on its way.
    const { status } = await daemon.act(ticket.number, ticket.retakes ? 'miss' : 'void');
    refused = status === 200 ? '' : JSON.stringify(ticket);
  }
  throw new Error(`the line cannot be cleared: ${refused}`);
}
// An empty line, then this many people, the first of them called.
async function line(count) {
  await clearLine();
  const numbers = [];
  for (let i = 0; i < count; i += 1) numbers.push(await daemon.checkIn(person((people += 1))));
  assert.equal((await daemon.act(numbers[0], 'call')).status, 200);
  return numbers;
}
const states = (numbers) => Promise.all(numbers.map((number) => daemon.stateOf(number)));

test('from an idle line: one tap calls, then one tap per person', async () => {
  await clearLine();
  const page = await open();
  await hasText(page, '#label', '没有人等候');
  const [first, second] = [await daemon.checkIn(person((people += 1))), await daemon.checkIn(person((people += 1)))];
  await hasText(page, '#number', first);
  assert.equal(await page.getAttribute('#hero', 'data-state'), 'ready');
  for (const [label, state, middle] of [[`叫号 ${first}`, 'called', first], [`已拍 ${first}`, 'shot', second], [`已拍 ${second}`, 'shot', '']]) {
    await settled(page);
    await hasText(page, '#go', label);
    await page.click('#go');
    await hasText(page, '#answer', `✓ ${label.slice(3)}`);
    await hasText(page, '#number', middle);
    assert.equal(await daemon.stateOf(label.slice(3)), state);
  }
  await hasText(page, '#label', '没有人等候');
  await close(page);
});

test('a double tap advances once, and says that the second did nothing', async () => {
  const numbers = await line(3);
  const page = await open();
  const box = await page.locator('#go').boundingBox();
  const tap = () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await tap();
  await tap();
  await hasText(page, '#number', numbers[1]);
  await tap(); // and once more, on the next number now
  await hasText(page, '#number', numbers[1]);
  await hasText(page, '#answer', `✓ ${numbers[0]} 已拍`);
  await hasText(page, '#answer-hint', '没有生效');
  await pause(400);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await close(page);
});

test('a bouncing or held pedal advances once; the next press counts again', async () => {
  const numbers = await line(3);
  const page = await open();
  await page.keyboard.press('Space');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Enter');
  await hasText(page, '#number', numbers[1]);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await settled(page);
  await pause(200);
  await page.keyboard.down('Enter');
  for (let i = 0; i < 5; i += 1) { await page.keyboard.down('Enter'); await pause(500); } // auto-repeat
  await page.keyboard.up('Enter');
  await hasText(page, '#number', numbers[2]);
  assert.deepEqual(await states(numbers), ['shot', 'shot', 'called']);
  await close(page);
});

test('after a tap on Missed the pedal still means Shot', async () => {
  const numbers = await line(3);
  const page = await open();
  await page.click('#miss');
  await hasText(page, '#number', numbers[1]);
  await settled(page);
  await page.keyboard.press('Space');
  await hasText(page, '#number', numbers[2]);
  assert.deepEqual(await states(numbers), ['missed', 'shot', 'called']);
  await close(page);
});

test('two tablets tapping at the same time advance once', async () => {
  const numbers = await line(6);
  const [one, two] = await Promise.all([open({ expects: CONFLICT }), open({ expects: CONFLICT })]);
  // Both requests leave together: neither tablet has heard of the other's tap.
  let held = [];
  for (const page of [one, two]) {
    await page.route('**/shot', async (route) => {
      await new Promise((go) => { held.push(go); if (held.length === 2) { held.forEach((each) => each()); held = []; } });
      await route.continue();
    });
  }
  for (let round = 0; round < 4; round += 1) {
    await Promise.all([hasText(one, '#number', numbers[round]), hasText(two, '#number', numbers[round])]);
    await Promise.all([settled(one), settled(two)]);
    await Promise.all([one, two].map((page) => page.evaluate(() => { document.querySelector('#go').click(); })));
    await Promise.all([one, two].map((page) => hasText(page, '#answer', `✓ ${numbers[round]} 已拍`)));
    assert.equal((await daemon.snapshot()).current.number, numbers[round + 1]);
    const texts = await Promise.all([one, two].map((page) => textOf(page, '#answer')));
    assert.equal(texts.filter((text) => text.includes('另一台设备已操作')).length, 1);
  }
  await close(one, two);
});

test('an answer lost on the way: the same key again, advanced once, shown as done', async () => {
  const numbers = await line(3);
  const page = await open({ expects: LOSS });
  const keys = [];
  await page.route('**/shot', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch(); // carried out, but the tablet never hears of it
    return route.abort('connectionreset');
  });
  await page.click('#go');
  await hasText(page, '#answer', '正在重发');
  await hasText(page, '#answer', `✓ ${numbers[0]} 已拍`);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.match(keys[0], /^[!-~]{1,64}$/);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await close(page);
});

test('each tap has a key of its own, also where crypto.randomUUID is missing (plain http)', async () => {
  await line(3);
  const page = await browser.device();
  await page.addInitScript(() => { delete Crypto.prototype.randomUUID; });
  await page.goto(`${daemon.origin}/photographer/?lane=A#token=${daemon.tokens.photographer}`);
  await live(page);
  const keys = [];
  page.on('request', (request) => { if (request.method() === 'POST') keys.push(request.headers()['idempotency-key']); });
  await page.click('#go');
  await settled(page);
  await pause(100);
  await page.click('#go');
  await eventually('two taps were sent', () => keys.length === 2);
  assert.notEqual(keys[0], keys[1]);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
  await close(page);
});

test('a refusal is shown in words and the number stays', async () => {
  const [number] = await line(2);
  const page = await open({ expects: /status of 507/ });
  await page.route('**/shot', (route) => route.fulfill({
    status: 507, contentType: 'application/problem+json',
    body: JSON.stringify({ status: 507, code: 'disk-full', message: { zh: '磁盘已满', en: 'The disk is full' } }),
  }));
  await page.click('#go');
  await hasText(page, '#answer', '✕');
  await hasText(page, '#answer', '磁盘已满');
  assert.equal(await page.getAttribute('#answer', 'data-kind'), 'failed');
  assert.equal(await textOf(page, '#number'), number);
  await close(page);
});

test('retake: the first tap asks, the second recalls the last shot; afterwards the line goes on where it was', async () => {
  const numbers = await line(3);
  const page = await open();
  await page.click('#go');
  await hasText(page, '#number', numbers[1]);
  await hasText(page, '#retake', numbers[0]);
  await page.click('#retake');
  await hasText(page, '#retake', `再按一次 ${numbers[0]}`);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await page.click('#retake');
  await hasText(page, '#number', numbers[0]);
  await hasText(page, '#note', '重拍');
  assert.deepEqual(await states(numbers), ['called', 'called', 'waiting']);
  const after = new RegExp(`${numbers[1]}[^]*${numbers[2]}`);
  await eventually('the two who wait stand behind', async () => after.test(await textOf(page, '#next')));
  await settled(page);
  await page.click('#go');
  await hasText(page, '#number', numbers[1]);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await close(page);
});

test('retake forgets its first tap after some seconds', async () => {
  const numbers = await line(2);
  const page = await open();
  await page.click('#go');
  await hasText(page, '#number', numbers[1]);
  await page.click('#retake');
  await hasText(page, '#retake', '再按一次');
  await eventually('the button is as before', async () => !(await textOf(page, '#retake')).includes('再按一次'), 7000);
  await page.click('#retake');
  await pause(300);
  assert.equal(await daemon.stateOf(numbers[0]), 'shot');
  await close(page);
});

test('void asks for the reason and calls the next; the pedal cannot choose one', async () => {
  const numbers = await line(2);
  const page = await open();
  await page.click('#void');
  await hasText(page, '#void-title', numbers[0]);
  await page.keyboard.press('Space'); // Cancel has the focus
  await eventually('the menu is closed', async () => !(await page.isVisible('#void-menu')));
  assert.equal(await daemon.stateOf(numbers[0]), 'called');
  await page.click('#void');
  await page.click('[data-reason="left"]');
  await hasText(page, '#number', numbers[1]);
  assert.deepEqual(await states(numbers), ['void', 'called']);
  const { done } = await daemon.snapshot();
  assert.equal(done[0].reason, 'left'); // a code: what it means stands in the pages' words
  await close(page);
  const marshal = await browser.open(daemon, 'marshal');
  await hasText(marshal, '#done', '本人放弃拍摄');
  await marshal.click('[data-switch-language]');
  await hasText(marshal, '#done', 'Declined to be photographed');
  await close(marshal);
});

test('next three, medium and masked name', async () => {
  await clearLine();
  const numbers = [];
  for (const name of ['欧阳文静', '李四', '王五', '赵六', '钱七']) numbers.push(await daemon.checkIn(person((people += 1), name)));
  const page = await open();
  await hasText(page, '#number', numbers[0]);
  assert.equal(await textOf(page, '#name'), '欧○○○');
  assert.match(await textOf(page, '#note'), /人工登记.*请再核对本人/);
  assert.equal(await page.locator('#next li').count(), 3);
  for (const [index, number] of numbers.slice(1, 4).entries()) {
    assert.match(await page.locator('#next li').nth(index).innerText(), new RegExp(number));
  }
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
