// The office's page: rules as text, lists with previews, the schedule, sessions and their close, figures.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Browser, Daemon, eventually, hasText, person, roster, textOf } from './daemon.mjs';

const DATA = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../data');
let daemon;
let browser;
let page;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  page = await browser.device({ expects: /status of (404|409|422)/ });
  await page.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
  await page.locator('html[data-link="live"]').waitFor({ state: 'attached' });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const view = (name) => page.click(`[data-to-view="${name}"]`);
const choose = (name, text) => page.setInputFiles('#list-file', { name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const named = (n) => person(n, `测试${'甲乙丙丁戊'[n - 1]}`);
const people = (classes) => roster(classes).replace(/测试(\d)/g, (all, n) => named(Number(n)).name);
const rulesOf = async () => (await daemon.api('GET', '/rules')).data;

test('a profile that is wrong: the line is named, shown and chosen; what was typed stays, also over a reload', async () => {
  await view('profile');
  await hasText(page, '#profile-now', '现在用的是');
  const text = '# our school\npayment = "prepaid"\nline_limit = "five"\n';
  await page.fill('#profile-name', 'our-school');
  await page.fill('#profile-text', text);
  await page.click('#profile-save');
  await hasText(page, '#profile-answer', '第 3 行');
  await hasText(page, '.fault-line', 'line_limit = "five"');
  assert.equal(await page.inputValue('#profile-text'), text);
  const chosen = await page.$eval('#profile-text', (node) => node.value.slice(node.selectionStart, node.selectionEnd));
  assert.equal(chosen, 'line_limit = "five"');
  assert.notEqual((await rulesOf()).profile, 'our-school');
  await page.reload();
  await view('profile');
  await eventually('the draft is there', async () => (await page.inputValue('#profile-text')) === text);
  await hasText(page, '#profile-now', '未启用');
});

test('a profile that is right is used at once; another can be loaded and left again', async () => {
  const text = '# our school\npayment = "prepaid"\npayment_gate = "warn"\nline_limit = 5\n';
  await page.fill('#profile-text', text);
  await page.click('#profile-save');
  await hasText(page, '#profile-answer', '✓ 已启用 our-school');
  const rules = await rulesOf();
  assert.deepEqual([rules.profile, rules.text, rules.rules.line_limit, rules.rules.payment], ['our-school', text, 5, 'prepaid']);
  await page.selectOption('#profile-pick', 'zju-2021');
  await page.click('#profile-load');
  assert.match(await page.inputValue('#profile-text'), /浙江大学/);
  assert.equal((await rulesOf()).profile, 'our-school', 'loading is not using');
  await page.click('#profile-back');
  assert.equal(await page.inputValue('#profile-text'), text);
});

test('a list: the preview shows counts and every problem by row, nothing is stored; then the good rows', async () => {
  await view('lists');
  const wrong = `${people({ 计算机1班: 3 })}2022999,990101200102030019,错号人,信息学院,计算机1班,本科\n`;
  await choose('名单.csv', wrong);
  await hasText(page, '#list-answer', '名单.csv');
  await hasText(page, '#list-found', '错误 1');
  await hasText(page, '#list-found tr[data-severity="error"]', '第 5 行');
  assert.equal((await daemon.api('GET', '/units')).data.length, 0, 'nothing is stored');
  await hasText(page, '#list-store', '有错误的行除外');
  assert.equal(await page.$eval('#list-file', (node) => node.files.length), 1, 'the file is still chosen');
  await page.click('#list-store');
  await hasText(page, '#list-answer', '✓ 已存入：新增 3');
  assert.equal((await daemon.api('GET', '/units')).data[0].people, 3);
  await choose('名单.csv', people({ 计算机1班: 3, 计算机2班: 2 }));
  await hasText(page, '#list-found', '没有发现问题');
  await page.click('#list-store');
  await hasText(page, '#list-answer', '新增 2');
  await hasText(page, '#list-answer', '不变 3');
});

test('what is no table at all is refused in words and stores nothing', async () => {
  await page.setInputFiles('#list-file', { name: 'photo.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]) });
  await hasText(page, '#list-answer', '✕');
  assert.equal(await page.getAttribute('#list-store', 'aria-disabled'), 'true');
  assert.equal((await daemon.api('GET', '/units')).data.length, 2);
});

test('who has paid, and who is not photographed: the same form', async () => {
  await page.selectOption('#list-kind', 'paid');
  await choose('缴费.csv', `学号,姓名,金额\n2022001,${named(1).name},20\n2022002,${named(2).name},20\n`);
  await hasText(page, '#list-found', '没有发现问题');
  await page.click('#list-store');
  await hasText(page, '#list-answer', '✓ 已存入');
  await page.selectOption('#list-kind', 'excluded');
  await choose('不采集.csv', `学号,姓名,原因\n2022005,${named(5).name},休学\n`);
  await hasText(page, '#list-answer', '还没有存入');
  await page.click('#list-store');
  await hasText(page, '#list-answer', '✓ 已存入');
  const [, second] = (await daemon.api('GET', '/units')).data;
  assert.equal(second.excluded, 1);
  await view('figures');
  await hasText(page, '#figures', '已缴 2');
  await hasText(page, '#figures', '不采集 1');
  await hasText(page, '#figures', '应退费的人 (2)'); // paid and not photographed yet
});

test('the schedule of a real notice: doubts beside their slots, and when it will really end', async () => {
  await view('schedule');
  await hasText(page, '#schedule-answer', '还没有时间表');
  await view('lists');
  await page.selectOption('#list-kind', 'schedule');
  const csv = await readFile(path.join(DATA, 'schedule/head-counts.csv'));
  await page.setInputFiles('#list-file', { name: 'schedule.csv', mimeType: 'text/csv', buffer: csv });
  await hasText(page, '#list-found', '时段', 15000);
  assert.ok(await page.locator('#list-found tr[data-severity]').count() > 0, 'the notice has its errors');
  await eventually('it may be stored', async () => (await page.getAttribute('#list-store', 'aria-disabled')) === 'false');
  await page.click('#list-store');
  await hasText(page, '#list-answer', '✓ 已存入', 15000);
  await view('schedule');
  await hasText(page, '#slots', '机位');
  assert.ok(await page.locator('#slots tbody tr').count() > 5);
  assert.ok(await page.locator('#schedule-problems tr[data-severity]').count() > 0);
  await page.fill('#pace', '0');
  await page.click('#plan-form button');
  await hasText(page, '#schedule-answer', '1 到 600');
  await page.fill('#pace', '30');
  await page.click('#plan-form button');
  await hasText(page, '#plan', '按每人 30 秒推算');
  assert.ok(await page.locator('#plan tbody tr').count() > 5);
});

test('closing a session lists everybody who is still open, and asks twice', async () => {
  const numbers = [await daemon.checkIn(named(1)), await daemon.checkIn(named(2))];
  await daemon.act(numbers[0], 'call');
  await view('sessions');
  await hasText(page, '#sessions', '已叫 1');
  await page.click('#sessions button');
  await hasText(page, '#sessions button', '再按一次');
  assert.equal((await daemon.snapshot()).session.state, 'open');
  await page.click('#sessions button');
  await hasText(page, '#close-report', '还有 2 人没有结束');
  for (const number of numbers) await hasText(page, '#close-report', number);
  assert.equal((await daemon.snapshot()).session.state, 'closed');
  await page.click('#sessions button');
  await hasText(page, '#sessions', '取号开放中');
  assert.equal(await page.isVisible('#close-report'), false);
});

test('classes and the figures of each lane and class', async () => {
  await view('classes');
  await hasText(page, '#classes', '计算机1班');
  await view('figures');
  for (const caption of ['各机位', '各班级']) await hasText(page, '#figures', caption);
});

test('everything in English, by keyboard, with nothing wider than the window', async () => {
  await page.click('[data-switch-language]');
  for (const [name, text] of [['profile', 'Check and use it'], ['lists', 'People to be photographed'], ['schedule', 'When will it end?'], ['figures', 'Whole event'], ['sessions', 'Open for numbers']]) {
    await page.focus(`[data-to-view="${name}"]`);
    await page.keyboard.press('Enter');
    await hasText(page, 'main', text);
    for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} at ${size.width}: ${wide} too wide`);
      assert.doesNotMatch(await textOf(page, 'main'), /[a-z]+-[a-z]+_|undefined|NaN/);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.click('[data-switch-language]');
});

test('an event that has ended offers nobody to open a session, and says why', async () => {
  const ended = await Daemon.start();
  const [office, marshal] = [await browser.device(), await browser.open(ended, 'marshal')];
  await office.goto(`${ended.origin}/office/#token=${ended.tokens.whole}`);
  await hasText(office, '#sessions', '取号开放中');
  await marshal.locator('#session-button').waitFor();
  assert.equal((await ended.api('POST', '/event/close', {}, 'whole')).status, 200);
  await hasText(marshal, '#session', '采集活动已结束');
  assert.equal(await marshal.isVisible('#session-button'), false);
  assert.equal(await marshal.isVisible('#late'), false);
  await office.click('[data-to-view="figures"]');
  await office.click('[data-to-view="sessions"]');
  await hasText(office, '#sessions', '采集活动已结束');
  assert.equal(await office.locator('#sessions button').count(), 0);
  await hasText(office, '#event-answer', '活动已结束');
  await Promise.all([office, marshal].map((each) => each.context().close()));
  await ended.stop();
});

test('a token of one lane cannot be the office of all: it says so', async () => {
  const other = await browser.device();
  await other.goto(`${daemon.origin}/office/#token=${daemon.tokens.office}`);
  await hasText(other, '#trouble', '不限机位');
  await other.context().close();
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
