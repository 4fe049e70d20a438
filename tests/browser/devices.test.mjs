// The office's devices: a QR code on one screen, read as a camera reads it, makes another device what the office chose; the
// list knows it, and a revoked one is out at once and told so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { inspect } from './axe.mjs';
import {
  Browser, Daemon, PATIENCE, eventually, hasText, live, pause, roster, textOf,
} from './daemon.mjs';

const run = promisify(execFile);
const REFUSED = /status of (400|401|403|404|422|429)|EventSource/;
let daemon;
let browser;
let office;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  office = await browser.device({ size: { width: 1366, height: 900 } });
  await office.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
  await office.locator('html[data-link="live"]').waitFor({ state: 'attached' });
  await office.click('[data-to-view="devices"]');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

const tokens = async () => (await daemon.api('GET', '/tokens', undefined, 'whole')).data.tokens;
async function makeCode(role, lane, name) {
  await office.selectOption('#device-role', role);
  await office.selectOption('#device-lane', lane);
  await office.fill('#device-name', name);
  await office.click('#device-make');
  await office.locator('#device-code .qr').waitFor();
}
// What a camera reads off the screen.
async function scan() {
  const file = path.join(daemon.folder, 'screen.png');
  await writeFile(file, await office.locator('#device-code .qr').screenshot());
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file]);
  return stdout.trim();
}
const row = (name) => office.locator('#devices li', { hasText: name }).first();

test('a code on the office\'s screen makes a tablet the photographer\'s of lane A', async () => {
  await makeCode('photographer', 'A', 'A 机位摄影师平板');
  const address = await scan();
  assert.match(address, new RegExp(`^${daemon.origin}/pair/#token=[\\w-]{43}$`));
  await hasText(office, '#device-left', '还剩 14:');
  await hasText(office, '#devices', '还没有扫的配对码');
  const before = await textOf(office, '#device-left');
  await eventually('the time runs', async () => (await textOf(office, '#device-left')) !== before);
  const tablet = await browser.device({ expects: REFUSED });
  const told = []; // addresses and where they came from, as the server and any proxy see them
  tablet.on('request', (request) => told.push(`${request.url().split('#')[0]} ${request.headers().referer || ''}`));
  await tablet.goto(address);
  await tablet.waitForURL('**/photographer/?lane=A');
  await live(tablet);
  const secret = address.split('#token=')[1];
  assert.ok(told.length > 5);
  assert.deepEqual(told.filter((text) => text.includes(secret)), [], 'the token is in no address that is sent');
  assert.equal(await tablet.evaluate(() => document.cookie), '', 'no script sees the cookie');
  assert.equal(await tablet.evaluate((text) => JSON.stringify([localStorage, sessionStorage, history.state, location.href]).includes(text), secret), false);
  await hasText(office, '#device-code', '已配对：A 机位摄影师平板');
  assert.equal(await office.locator('#device-code .qr').count(), 0, 'a used code is not shown on');
  await eventually('the office sees it', async () => /摄影师 · 机位 A/.test(await row('A 机位摄影师平板').innerText()));
  await eventually('it is online', async () => /在线/.test(await row('A 机位摄影师平板').innerText()), 8000);
  const [mine] = (await tokens()).filter((token) => token.name === 'A 机位摄影师平板' && token.kind === 'session');
  await eventually('last seen moves with the live page', async () => {
    const [now] = (await tokens()).filter((token) => token.id === mine.id);
    return now.seen_at > mine.seen_at;
  });
  // the same code once more: on this device it goes on, on another it is used up
  await tablet.goto('about:blank');
  await tablet.goto(address);
  await tablet.waitForURL('**/photographer/?lane=A');
  await live(tablet);
  const stranger = await browser.device({ expects: REFUSED });
  await stranger.goto(address);
  await hasText(stranger, '#why', '已经用过了');
  await hasText(stranger, '#why-other', 'used already');
  assert.equal(stranger.url().includes('token='), false);
  await stranger.close();

  // revoked: out at once, and told so
  const button = row('A 机位摄影师平板').locator('button');
  await button.click();
  await hasText(office, '#devices', '再按一次：撤销');
  assert.equal((await daemon.api('GET', '/tokens', undefined, 'whole')).data.tokens.find((token) => token.id === mine.id).revoked_at, null, 'once is not enough');
  await row('A 机位摄影师平板').locator('button').click();
  await tablet.waitForURL('**/pair/**', { timeout: 4000 * PATIENCE });
  await hasText(tablet, '#why', '已被撤销');
  await eventually('the list has it no more', async () => !(await office.locator('#devices .sessions li', { hasText: 'A 机位摄影师平板' }).count()));
  await office.click('#devices-ended summary');
  await hasText(office, '#devices-ended', 'A 机位摄影师平板');
  await office.click('#device-hide');
  await tablet.close();
});

test('a device that is something already asks before it changes, and has one session', async () => {
  const phone = await browser.open(daemon, 'marshal', { size: { width: 390, height: 844 }, expects: REFUSED });
  await makeCode('display', '', '大厅电视');
  const address = await scan();
  await phone.goto(address);
  await hasText(phone, '#why', '本设备现在是：引导员 · 机位 A。这个配对码是给“叫号屏 · 全部机位”的');
  await phone.click('#keep');
  await phone.waitForURL('**/marshal/?lane=A');
  await live(phone);
  assert.equal((await tokens()).find((token) => token.name === '大厅电视').used_at, null, 'looking spends nothing');
  const before = (await tokens()).filter((token) => token.role === 'marshal' && token.kind === 'session' && !token.revoked_at).length;
  await phone.goto(address);
  await phone.click('#switch');
  await phone.waitForURL('**/display/**');
  const now = await tokens();
  assert.equal(now.filter((token) => token.role === 'marshal' && token.kind === 'session' && !token.revoked_at).length, before - 1, 'the session before has ended');
  assert.equal(now.filter((token) => token.name === '大厅电视' && token.kind === 'session').length, 1);
  await office.click('#device-hide');
  await phone.close();
});

test('a code withdrawn before it was used says so to who scans it', async () => {
  await makeCode('check', 'A', '队尾');
  const address = await scan();
  await office.click('#device-drop');
  await hasText(office, '#device-code', '此码已作废');
  const phone = await browser.device({ expects: REFUSED });
  await phone.goto(address);
  await hasText(phone, '#why', '已被撤销');
  await phone.click('[data-switch-language]');
  await hasText(phone, '#why', 'withdrawn');
  await phone.close();
  await office.click('#device-hide');
});

test('a code can be typed where there is no camera, and the closed one leaves no trace in the page', async () => {
  await makeCode('liaison', '', '');
  await office.click('#device-show');
  const text = await textOf(office, '.code-text');
  assert.match(text, /^[\w-]{43}$/);
  await hasText(office, '#device-code', `${daemon.origin}/pair/`);
  const phone = await browser.device({ expects: REFUSED });
  await phone.goto(`${daemon.origin}/pair/`);
  await phone.fill('#token', text);
  await phone.keyboard.press('Enter');
  await hasText(phone, '#why', '已配对：联络员');
  await phone.click('[data-to="liaison"]');
  await phone.waitForURL('**/liaison/**');
  await hasText(office, '#device-code', '已配对：未命名');
  assert.equal((await office.content()).includes(text), false);
  await office.click('#device-hide');
  await phone.close();
});

test('a liaison is of all classes, or of one that is chosen from the list', async () => {
  await office.selectOption('#device-role', 'display');
  assert.equal(await office.isVisible('#device-scope'), false);
  await office.selectOption('#device-role', 'liaison');
  assert.equal(await office.inputValue('#device-scope'), 'all');
  assert.equal(await textOf(office, '#device-scope option:checked'), '全部班级');
  assert.equal(await office.isVisible('#device-unit'), false);
  await office.selectOption('#device-scope', 'one');
  await hasText(office, '#device-scope-hint', '还没有人员名单');
  await daemon.store('people', roster({ 计算机1班: 3, 计算机2班: 2 }));
  await office.selectOption('#device-scope', 'all');
  await office.selectOption('#device-scope', 'one');
  await eventually('the list can be chosen from', async () => (await office.locator('#device-units option').count()) === 3);
  assert.deepEqual(await office.locator('#device-units option').evaluateAll((list) => list.map((node) => node.value)),
    ['信息学院', '信息学院 / 计算机1班', '信息学院 / 计算机2班']);
  await office.click('#device-make');
  await hasText(office, '#device-answer', '请选择班级或学院');
  assert.equal(await office.evaluate(() => document.activeElement.id), 'device-unit');
  await office.fill('#device-unit', '计算机3班');
  browser.complaints.length = 0;
  await office.click('#device-make');
  await hasText(office, '#device-answer', '名单中没有“计算机3班”');
  await hasText(office, '#device-answer', '信息学院 / 计算机1班');
  assert.ok(browser.complaints.every((text) => text.includes('status of 422')));
  browser.complaints.length = 0;
  assert.equal(await office.getAttribute('#device-unit', 'aria-invalid'), 'true');
  await office.fill('#device-unit', '信息学院 / 计算机2班');
  await makeCode('liaison', '', '2班联络员');
  await hasText(office, '#device-code', '联络员 · 全部机位 · 计算机2班');
  const address = await scan();
  const phone = await browser.device({ size: { width: 390, height: 844 }, expects: REFUSED });
  await phone.goto(address);
  await phone.waitForURL('**/liaison/**');
  await hasText(phone, '.class-head', '计算机2班');
  assert.equal(await phone.locator('.member').count(), 2);
  await eventually('the list says of which class', async () => /联络员 · 全部机位 · 计算机2班/.test(await row('2班联络员').innerText()));
  await office.click('#device-hide');
  // the class is gone by a new list: the office sees which phone needs a new code
  await daemon.store('people', roster({ 计算机1班: 3, 软件2班: 2 }));
  await office.click('[data-to-view="sessions"]');
  await office.click('[data-to-view="devices"]');
  await eventually('told in the list', async () => /计算机2班（已不在名单中）/.test(await row('2班联络员').innerText()));
  await hasText(phone, '.message', '已不在名单中：计算机2班');
  await phone.close();
  // and all classes again, said in the list, too
  await office.selectOption('#device-scope', 'all');
  await makeCode('liaison', '', '总联络员');
  await hasText(office, '#device-code', '联络员 · 全部机位 · 全部班级');
  await office.click('#device-drop');
  await office.click('#device-hide');
});

test('names: too long is said before it is sent, what is invisible is refused, markup is text', async () => {
  await office.fill('#device-name', '一二三四五六七八九十一二三四五六七八九十一');
  await office.click('#device-make');
  await hasText(office, '#device-answer', '名称太长');
  await office.fill('#device-name', 'ab\u202Ecd');
  const count = (await tokens()).length;
  browser.complaints.length = 0;
  await office.click('#device-make');
  await hasText(office, '#device-answer', '看不见的字符');
  assert.ok(browser.complaints.every((text) => text.includes('status of 400')));
  browser.complaints.length = 0;
  assert.equal((await tokens()).length, count);
  await makeCode('display', 'A', '"><img src=x onerror=alert(1)>');
  assert.equal(await office.locator('#device-code img, #devices img').count(), 0);
  await hasText(office, '#device-code', '"><img src=x onerror=alert(1)>');
  await office.click('#device-drop');
  await hasText(office, '#device-code', '此码已作废');
  await office.click('#device-hide');
});

test('a server for its own machine alone says what to set', async () => {
  await hasText(office, '#device-answer', 'listen = "0.0.0.0:端口"');
  await office.click('[data-switch-language]');
  await hasText(office, '#device-answer', 'this machine alone');
  await hasText(office, '#devices-title', 'Devices');
  await office.click('[data-switch-language]');
});

test('every page can be opened from here', async () => {
  const links = await office.locator('#device-pages a').evaluateAll((list) => list.map((link) => link.getAttribute('href')));
  assert.deepEqual(links.sort(), ['/check/?lane=A', '/display/?lane=A', '/liaison/', '/marshal/?lane=A', '/photographer/?lane=A']);
});

test('the office that revokes itself is asked in other words, leaves, and is told', async () => {
  const { url } = JSON.parse(await daemon.tool('token', 'create', '--role', 'office', '--name', '第二台', '--once', '--json'));
  const second = await browser.device({ expects: REFUSED });
  await second.goto(url);
  await second.waitForURL('**/office/');
  await second.click('[data-to-view="devices"]');
  const here = second.locator('#devices li', { hasText: '本机' });
  await here.locator('button').click();
  await hasText(second, '#devices', '撤销本机');
  await here.locator('button').click();
  await second.waitForURL('**/pair/**', { timeout: 8000 * PATIENCE });
  await hasText(second, '#why', '已被撤销');
  await second.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing in ${colorScheme}, and nothing sticks out on a phone`, async () => {
    const page = await browser.device({ colorScheme, bypassCSP: true, size: { width: 390, height: 844 }, expects: REFUSED });
    await page.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
    await live(page);
    await page.click('[data-to-view="devices"]');
    await page.selectOption('#device-role', 'liaison');
    await page.selectOption('#device-scope', 'one');
    await page.fill('#device-unit', '没有的班');
    await page.click('#device-make');
    await hasText(page, '#device-answer', '没有的班');
    await inspect(page, 'a class that is not there');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await page.selectOption('#device-role', 'photographer');
    await page.fill('#device-name', '一'.repeat(20));
    await page.click('#device-make');
    await page.locator('.qr').waitFor();
    await page.click('#device-show');
    await inspect(page, 'a code');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const small = await page.locator('#device-code button, #devices button, #device-pages a, #device-form select, #device-form input').evaluateAll((list) => list
      .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 48).map((node) => node.textContent));
    assert.deepEqual(small, []);
    await page.click('#device-drop');
    await hasText(page, '#device-code', '已作废');
    await inspect(page, 'a withdrawn one');
    const { url } = JSON.parse(await daemon.tool('token', 'create', '--role', 'display', '--once', '--json'));
    await page.goto(url);
    await page.locator('#switch').waitFor();
    await inspect(page, 'the question');
    await page.goto(`${daemon.origin}/pair/?why=ended`);
    await page.locator('#still:visible').waitFor();
    await inspect(page, 'ended');
    await page.close();
  });
}

test('what was seen outlives a restart of the server', async () => {
  const seen = (await tokens()).filter((token) => token.seen_at);
  assert.ok(seen.length > 3);
  await daemon.down();
  await pause(50);
  await daemon.up();
  const after = new Map((await tokens()).map((token) => [token.id, token]));
  for (const token of seen) assert.ok(after.get(token.id).seen_at >= token.seen_at, `token ${token.id}`);
  assert.equal(after.get(seen[0].id).name, seen[0].name);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints.filter((text) => !/net::ERR_|EventSource/.test(text)), []));
