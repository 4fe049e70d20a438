// The office's hand-over: both packages made and downloaded, the passphrase shown until it is written down and never again,
// refusals in words, and newer entries noticed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { inspect } from './axe.mjs';
import { Browser, BUILD, Daemon, PATIENCE, eventually, hasText, person, textOf } from './daemon.mjs';

const run = promisify(execFile);
let daemon;
let browser;
let page;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  for (const n of [1, 2, 3]) await daemon.checkIn(person(n));
  page = await browser.device({ expects: /status of (409|503)/, bypassCSP: true });
  await page.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
  await page.locator('html[data-link="live"]').waitFor({ state: 'attached' });
  await page.click('[data-to-view="handover"]');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

test('before anything: what each package holds, and that nothing was handed over', async () => {
  await hasText(page, '#handover-agency', '不含姓名和学号');
  await hasText(page, '#handover-school', '号码对应的学生');
  await hasText(page, '#handover-agency .handover-last', '还没有交接');
  await hasText(page, '.handover-state', '活动还没有结束');
});

test('a sealed package: made, its passphrase big, downloaded, and right', async () => {
  await page.click('[data-start="agency"]');
  await hasText(page, '.handover-job', '已完成', 15000);
  const passphrase = (await textOf(page, '.handover-passphrase')).trim();
  assert.match(passphrase, /^([A-Z2-9]{5}-){4}[A-Z2-9]{5}$/);
  await hasText(page, '.handover-secret', '请立即抄下');
  await hasText(page, '#handover-agency .handover-last', '没有新记录');
  await hasText(page, '#handover-school .handover-last', '还没有交接');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.handover-job a.button')]);
  assert.match(download.suggestedFilename(), /agency.*\.zip$/);
  const file = path.join(daemon.folder, 'got.zip');
  await download.saveAs(file);
  await writeFile(path.join(daemon.folder, 'word'), `${passphrase}\n`);
  const { stdout } = await run(path.join(BUILD, 'paihao'), ['handover', 'verify', file, '--passphrase-file', path.join(daemon.folder, 'word')]);
  assert.match(stdout, /sound/);
  assert.ok(stdout.includes((await textOf(page, '.handover-outcome')).match(/[0-9a-f]{64}/)[0]), 'the sum on the page is the package’s');
});

test('the passphrase stays until it is written down, whatever is redrawn, and then is gone for good', async () => {
  const shown = await textOf(page, '.handover-passphrase');
  await page.click('[data-to-view="sessions"]');
  await page.click('[data-to-view="handover"]');
  await page.click('[data-switch-language]');
  await hasText(page, '.handover-secret', 'Write the passphrase down now');
  await page.click('[data-switch-language]');
  assert.equal(await textOf(page, '.handover-passphrase'), shown);
  await page.focus('[data-written]');
  await page.keyboard.press('Enter');
  await eventually('gone', async () => (await page.locator('.handover-passphrase').count()) === 0);
  assert.ok(!(await page.content()).includes(shown.trim()));
  await page.reload();
  await page.click('[data-to-view="handover"]');
  await hasText(page, '.handover-job', '已完成');
  assert.equal(await page.locator('.handover-passphrase').count(), 0);
});

test('newer entries since are noticed', async () => {
  await daemon.checkIn(person(4));
  await hasText(page, '#handover-agency .handover-last', '此后又有新记录', 12000);
});

test('a folder goes to a stick only; a stick that is gone is told in words, and it can be tried again', async () => {
  await page.route('**/api/v1/handover', async (route) => {
    if (route.request().method() !== 'GET') { await route.continue(); return; }
    const answer = await route.fetch();
    const data = await answer.json();
    data.targets = [{ folder: '/media/somebody/STICK', room: 12000000000 }];
    await route.fulfill({ response: answer, json: data });
  });
  await page.click('#handover-school input[value="folder"]');
  await hasText(page, '#target-school', '/media/somebody/STICK（剩余 12.0 GB）', 8000);
  await page.click('[data-start="school"]');
  await hasText(page, '.handover-state', 'U 盘或硬盘已断开');
  await page.unroute('**/api/v1/handover');
  await hasText(page, '[data-start="school"]', '请先插入 U 盘', 8000);
  assert.equal(await page.getAttribute('[data-start="school"]', 'aria-disabled'), 'true');
  await page.click('#handover-school input[value="zip"]');
  await page.click('[data-start="school"]');
  await hasText(page, '#handover-school .handover-last', '没有新记录', 15000);
});

test('while one is made: a bar with rate and time, no second one, and it can be cancelled; a failure is told', async () => {
  let job = { id: 99, kind: 'agency', form: 'folder', folder: '/media/x', state: 'packing', done: 30, total: 120, rate: 25000000, remaining_s: 90, name: null, problem: null, download: null };
  let isCancelled = false;
  await page.route('**/api/v1/handover', (route) => route.fulfill({ json: { jobs: [job], targets: [], packages: [], agency_seq: 0, school_seq: 0, content_seq: 9, is_closed: true } }));
  await page.route('**/api/v1/handover/cancel', (route) => { isCancelled = true; route.fulfill({ status: 202, json: {} }); });
  await hasText(page, '.handover-job', '正在加密打包 · 25 % · 25.0 MB/s · 还需约 2 分钟', 8000);
  assert.equal(await page.getAttribute('[data-start="agency"]', 'aria-disabled'), 'true');
  await inspect(page, 'while it is made');
  await page.focus('[data-cancel]');
  await eventually('redrawn', async () => page.evaluate(() => document.activeElement.hasAttribute('data-cancel')));
  await page.keyboard.press('Enter');
  await eventually('cancelled', () => isCancelled);
  job = { ...job, state: 'failed', problem: { code: 'target-full', message: { zh: 'U 盘或硬盘空间不足', en: 'There is not enough room' } } };
  await hasText(page, '.handover-job', '✕ U 盘或硬盘空间不足', 8000);
  await hasText(page, '.handover-job', '数据没有丢失');
  await inspect(page, 'after a failure');
  await page.unroute('**/api/v1/handover');
  await page.unroute('**/api/v1/handover/cancel');
});

test('both languages, light and dark, narrow and wide: nothing for axe, nothing too wide, nothing too small', async () => {
  await page.click('[data-start="agency"]');
  await page.locator('.handover-passphrase').waitFor({ timeout: 15000 * PATIENCE });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await inspect(page, colorScheme);
  }
  for (const size of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
    await page.setViewportSize(size);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${size.width}: ${wide} too wide`);
    const small = await page.$$eval('#handover button, #handover a.button, #handover select, #handover .handover-choice', (nodes) => nodes.map((node) => node.getBoundingClientRect()).filter((box) => box.height < 48 || box.width < 48).length);
    assert.equal(small, 0, 'everything that is pressed is 48 px');
  }
  await page.click('[data-switch-language]');
  await hasText(page, '#handover-school', 'Which student each number is');
  await inspect(page, 'English');
  assert.doesNotMatch(await textOf(page, '#handover'), /handover-|undefined|NaN|\{/);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
