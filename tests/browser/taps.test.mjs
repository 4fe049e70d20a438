// Refused at the reader, let through from the page: under rules that take ID cards alone the marshal types nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, PATIENCE, eventually, hasText, live, roster, textOf } from './daemon.mjs';
import { Emulator } from './emulator.mjs';

const RULES = 'media = {"id_card"}\npayment = "prepaid"\npayment_gate = "refuse"\noverrides = "marshal"\n';
let emulator;
let daemon;
let browser;
let page;
let who; // at two degree levels
before(async () => {
  emulator = await Emulator.start();
  who = await emulator.say('person 7 1');
  const people = `${roster({ 计算机1班: 2 })}3001,${who.id_number},${who.name},信息学院,计算机1班,本科\n3002,${who.id_number},${who.name},信息学院,研究生1班,硕士\n`;
  daemon = await Daemon.start({ rules: RULES, lists: { people }, lines: [`reader "door" { driver = "sam" device = "serial:${emulator.folder}/door" }`] });
  browser = await Browser.start();
  page = await browser.open(daemon, 'marshal', { expects: /status of (409|410|422|503)|net::ERR_|EventSource/ });
  await eventually('the reader is ready', async () => /就绪/.test(await textOf(page, '#readers')), 10000);
});
after(async () => { await browser?.stop(); await daemon?.stop(); await emulator?.stop(); });

const help = (text) => page.locator('#door-help button', { hasText: text });

test('an unpaid card: the same dialog as for entry by hand, and the number comes to the door', async () => {
  await emulator.say('tap door person 7 0');
  await hasText(page, '#door-latest', '尚未缴费');
  await help('特批发号').click();
  await hasText(page, '#override-title', '未缴费');
  await page.click('#override-form button[type="submit"]');
  await hasText(page, '#override-fault', '原因');
  await page.click('#override [data-reason="proof"]');
  await hasText(page, '#door-latest', 'A0001');
  await hasText(page, '#line', 'A0001');
  const { line } = await daemon.snapshot();
  assert.deepEqual([line[0].medium, line[0].notes.includes('override-unpaid')], ['id_card', true]);
  await eventually('nothing is left to be done', async () => await page.locator('#door-help > *').count() === 0);
});

test('two degree levels: the page asks which, then offers the override; somebody in between takes nothing away', async () => {
  await emulator.say('tap door person 7 1');
  await hasText(page, '#door-latest', '两个学历层次');
  await emulator.say('tap door person 7 2');
  await hasText(page, '#door-latest', '尚未缴费');
  await page.click('[data-switch-language]');
  await hasText(page, '#door-help', 'Which degree level');
  assert.equal(await help('Override').count(), 1);
  await page.click('[data-switch-language]');
  await help('硕士').click();
  await hasText(page, '#door-answer', '尚未缴费');
  await page.locator('#door-answer button', { hasText: '特批发号' }).click();
  await page.click('#override [data-reason="proof"]');
  await hasText(page, '#door-latest', 'A0002');
  assert.deepEqual((await daemon.snapshot()).line.map(({ number, level }) => [number, level])[1], ['A0002', 'master']);
  await eventually('only the other one is left', async () => await page.locator('#door-help button').count() === 1);
  const content = await page.content();
  assert.equal([who.id_number, who.name].some((text) => content.includes(text)), false);
});

test('a card that is long gone: present it again', async () => {
  await daemon.down(); // it keeps nothing beyond its end
  await page.locator('html:not([data-link="live"])').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
  await daemon.up();
  await live(page);
  await help('特批发号').click();
  await page.click('#override [data-reason="proof"]');
  await hasText(page, '#door-answer', '请重新刷卡');
  assert.equal((await daemon.snapshot()).counts.issued, 2);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
