// The liaison's phone: the own class, the roll call, who is done, in line, absent or unpaid.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './axe.mjs';
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

// ---- a phone of one class, or of one college
const made = async (...units) => JSON.parse(await daemon.tool('token', 'create', '--role', 'liaison', '--json', ...units.flatMap((name) => ['--unit', name])));
const phone = async (more) => browser.device({ size: PHONE, expects: /status of 403|EventSource|ERR_/, ...more });
const noHole = async (where) => { // no name of the other class, and nothing that asks for it
  const text = await where.evaluate(() => document.documentElement.outerHTML);
  assert.equal(text.includes('计算机2班'), false);
};

test('a phone of one class opens on it, says which, and offers no other', async () => {
  const { token } = await made('计算机1班');
  const mine = await phone();
  const asked = [];
  mine.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await mine.goto(`${daemon.origin}/liaison/#token=${token}`);
  await hasText(mine, '.class-head', '计算机1班');
  await hasText(mine, '#own', '计算机1班');
  assert.match(await mine.title(), /^计算机1班 · 联络员/);
  assert.equal(await mine.locator('.member').count(), 5);
  assert.equal(await mine.locator('[data-press="class-back"], .class-row, .class-find').count(), 0);
  assert.equal(await mine.isVisible('#lead'), false);
  await noHole(mine);
  assert.equal(asked.includes('/api/v1/units'), false, 'it has no need of a list');
  // what an earlier class of this phone has left behind opens nothing
  const foreign = (await daemon.api('GET', '/units')).data.find((each) => each.name === '计算机2班').id;
  await mine.evaluate((id) => localStorage.setItem('paihao.class', String(id)), foreign);
  await mine.reload();
  await hasText(mine, '.class-head', '计算机1班');
  assert.equal(await mine.evaluate((id) => fetch(`/api/v1/units/${id}`).then((answer) => answer.status), foreign), 403);
  // the roll is called as before
  await mine.locator('.member', { hasText: '2022004' }).locator('button', { hasText: '缺席' }).click();
  await eventually('absent is shown', async () => (await mine.locator('.member', { hasText: '2022004' }).getAttribute('data-roll')) === 'absent');
  await mine.click('[data-switch-language]');
  assert.match(await mine.title(), /^计算机1班 · Liaison/);
  await mine.context().close();
});

test('the link of another class makes the phone that class\'s', async () => {
  const mine = await phone();
  await mine.goto(`${daemon.origin}/liaison/#token=${(await made('计算机1班')).token}`);
  await hasText(mine, '.class-head', '计算机1班');
  await mine.goto('about:blank');
  await mine.goto(`${daemon.origin}/liaison/#token=${(await made('计算机2班')).token}`);
  await hasText(mine, '.class-head', '计算机2班');
  await hasText(mine, '#own', '计算机2班');
  assert.equal(await mine.locator('.member').count(), 4);
  // on the pairing page the change is asked for, in words that tell the classes apart
  const code = JSON.parse(await daemon.tool('token', 'create', '--role', 'liaison', '--once', '--json', '--unit', '计算机1班'));
  await mine.goto(code.url);
  await hasText(mine, '#why', '联络员 · 全部机位 · 计算机2班');
  await hasText(mine, '#why', '联络员 · 全部机位 · 计算机1班');
  await mine.click('#switch');
  await mine.waitForURL('**/liaison/**');
  await hasText(mine, '.class-head', '计算机1班');
  await mine.context().close();
});

test('a phone of a college lists its classes', async () => {
  const mine = await phone();
  await mine.goto(`${daemon.origin}/liaison/#token=${(await made('信息学院')).token}`);
  await hasText(mine, '#own', '信息学院（全院）');
  await eventually('both classes', async () => (await mine.locator('.class-row').count()) === 2);
  assert.equal(await mine.isVisible('#lead'), true);
  await mine.locator('.class-row', { hasText: '计算机2班' }).click();
  await hasText(mine, '.class-head', '计算机2班');
  assert.equal(await mine.isVisible('#lead'), false);
  await mine.click('[data-press="class-back"]');
  await eventually('back at the list', async () => (await mine.locator('.class-row').count()) === 2);
  await mine.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on the phone of a class in ${colorScheme}; a list that renames the class is told`, async () => {
    const name = `电子${colorScheme}班`;
    const rows = (unit) => roster({ 计算机1班: 5, 计算机2班: 4, [unit]: 2 });
    await daemon.store('people', rows(name));
    const mine = await phone({ colorScheme, bypassCSP: true });
    await mine.goto(`${daemon.origin}/liaison/#token=${(await made(name)).token}`);
    await hasText(mine, '.class-head', name);
    await inspect(mine, 'a phone of one class');
    assert.equal(await mine.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await daemon.store('people', rows(`${name}（新）`));
    await hasText(mine, '.message', `已不在名单中：${name}`);
    await hasText(mine, '.message', '请向负责人索取新的配对码');
    assert.equal(await mine.locator('.member, [data-press="roll-all"]').count(), 0);
    await mine.click('[data-switch-language]');
    await hasText(mine, '.message', 'No longer on the list');
    await inspect(mine, 'a class that is no more');
    await mine.reload();
    await hasText(mine, '.message', 'No longer on the list');
    // the list again as it was: the phone goes on by itself
    await daemon.store('people', rows(name));
    await eventually('its people are back', async () => (await mine.locator('.member').count()) === 2);
    await mine.context().close();
  });
}

test('a phone of one class outlives a restart of the server', async () => {
  const mine = await phone();
  await mine.goto(`${daemon.origin}/liaison/#token=${(await made('计算机1班')).token}`);
  await hasText(mine, '.class-head', '计算机1班');
  await daemon.down();
  await daemon.up();
  await live(mine);
  await mine.reload();
  await hasText(mine, '#own', '计算机1班');
  assert.equal(JSON.parse(await daemon.tool('journal', 'verify', '--json')).ok, true);
  await mine.context().close();
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
