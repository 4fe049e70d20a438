// The liaison's phone: the own class, the roll call, who is done, in line, absent or unpaid.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, LOSS, eventually, hasText, live, person, roster, textOf } from './daemon.mjs';

const PHONE = { width: 390, height: 844 };
let daemon;
let browser;
let page;
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ rules: 'payment = "prepaid"\npayment_gate = "warn"\nroll_call = true\n', lists: { people: roster({ 计算机1班: 5, 计算机2班: 4 }) } }),
    Browser.start(),
  ]);
  page = await browser.device({ size: PHONE, expects: LOSS });
  await page.goto(`${daemon.origin}/liaison/#token=${daemon.tokens.liaison}`);
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const member = (n) => page.locator('.member', { hasText: String(2022000 + n) });
const unit = async () => (await daemon.api('GET', '/units')).data.find((each) => each.name === '计算机1班');

test('the own class is chosen once and remembered; the link pairs and leaves the address', async () => {
  await hasText(page, '#lead', '请选择您的班级');
  assert.equal(page.url(), `${daemon.origin}/liaison/`);
  await page.locator('.class-row', { hasText: '计算机1班' }).click();
  await hasText(page, '.class-head', '计算机1班');
  assert.equal(await page.locator('.member').count(), 5);
  await page.reload();
  await hasText(page, '.class-head', '计算机1班');
  assert.equal(await page.isVisible('#lead'), false);
});

test('no ID number, whole or masked, and no whole name reaches the phone', async () => {
  const bodies = [];
  const keep = async (response) => {
    if (!response.url().includes('/api/v1/units')) return;
    try {
      bodies.push(await response.text());
    } catch {} // of the page before the reload: its body is gone
  };
  page.on('response', keep);
  await page.reload();
  await eventually('the class was asked for', () => bodies.length > 0);
  page.off('response', keep);
  for (const text of [...bodies, await textOf(page, 'main')]) assert.doesNotMatch(text, /990101|测试1/);
});

test('roll call: present, absent, taken back; then everybody present in two taps', async () => {
  await member(2).locator('button', { hasText: '缺席' }).click();
  await hasText(page, '.class-facts', '缺席 1');
  assert.equal((await unit()).absent, 1);
  await member(1).locator('button', { hasText: '到' }).first().click();
  await eventually('present is shown', async () => (await member(1).getAttribute('data-roll')) === 'present');
  assert.equal((await unit()).present, 1);
  await page.locator('.class-filters button', { hasText: '缺席 1' }).click();
  assert.equal(await page.locator('.member').count(), 1);
  await member(2).locator('button', { hasText: '缺席' }).click(); // taken back
  await hasText(page, '.member-list', '没有人');
  await page.locator('.class-filters button', { hasText: '全部' }).click();
  await page.click('[data-press="roll-all"]');
  await hasText(page, '[data-press="roll-all"]', '再按一次');
  assert.equal((await unit()).present, 1);
  await page.click('[data-press="roll-all"]');
  await eventually('all are present', async () => (await unit()).present === 5);
});

test('who is in line, done and unpaid shows by itself', async () => {
  await daemon.api('POST', '/payments/record', { ...person(1), state: 'paid', method: 'cash' });
  const number = await daemon.checkIn(person(1));
  await hasText(page, '.member-list', `${number} 等候`);
  await hasText(page, '.class-filters', '候拍 1');
  await hasText(page, '.class-filters', '未缴费 4');
  await daemon.act(number, 'call');
  await daemon.act(number, 'shot');
  await hasText(page, '.member-list', `✓ ${number} 已拍`);
  await hasText(page, '.class-facts', '已拍 1 / 5');
  await hasText(page, '.class-next', '2022002');
});

test('it fits a phone in both languages, with targets for thumbs', async () => {
  for (let i = 0; i < 2; i += 1) {
    const wrong = await page.evaluate(() => {
      const bad = document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} wide`] : [];
      for (const node of document.querySelectorAll('button, input')) {
        const box = node.getBoundingClientRect();
        if (box.width && (box.width < 48 || box.height < 48)) bad.push(`${node.textContent} ${box.width}x${box.height}`);
      }
      return bad;
    });
    assert.deepEqual(wrong, []);
    await page.click('[data-switch-language]');
  }
});

test('by keyboard: the focus stays on the button through a redraw', async () => {
  await member(3).locator('button', { hasText: '缺席' }).focus();
  await page.keyboard.press('Enter');
  await eventually('absent is shown', async () => (await member(3).getAttribute('data-roll')) === 'absent');
  const focused = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.match(focused || '', /2022003 缺席/);
});

test('a lost server covers the page; it comes back with the class as it was', async () => {
  await daemon.down();
  await hasText(page, '.cover-title', '连接已断');
  await daemon.up();
  await live(page);
  await hasText(page, '.class-head', '计算机1班');
});

test('a display may not open it', async () => {
  const other = await browser.device();
  await other.goto(`${daemon.origin}/liaison/#token=${daemon.tokens.display}`);
  await hasText(other, '#why', '权限');
  await other.context().close();
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
