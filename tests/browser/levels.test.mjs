// One human at two degree levels: the marshal says which one it is today, at the entry by hand and where a card is bound; a
// level that the list does not have is told and mended on the spot. And what a reader's trouble is called.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, eventually, hasText, person } from './daemon.mjs';

let daemon;
let browser;
let page;
const rows = (n, ...levels) => levels.map((level, at) => `${2022000 + 10 * n + at},${person(n).id_number},${person(n).name},信息学院,${level}班,${level}`).join('\n');
before(async () => {
  const people = `学号,身份证号,姓名,学院,班级,层次\n${rows(1, '硕士', '博士')}\n${rows(2, '硕士', '博士')}\n${rows(3, '本科')}\n${rows(4, '硕士', '博士')}\n`;
  [daemon, browser] = await Promise.all([
    Daemon.start({ lists: { people }, lines: ['reader "gun" { driver = "scanner" device = "serial:/nowhere/ttyACM9" }'] }), Browser.start(),
  ]);
  page = await browser.open(daemon, 'marshal', { expects: /status of 409/ });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

async function enter(n) {
  await page.fill('#id-number', person(n).id_number);
  await page.fill('#name', person(n).name);
  await page.click('#issue');
}
const choose = (text) => page.locator('#issued .help-row button', { hasText: text }).click();
const levelOf = async (number) => {
  const view = await daemon.snapshot();
  return [view.current, ...view.line].find((ticket) => ticket && ticket.number === number).level;
};

test('entry by hand: on the list at two levels, the marshal says which; one that the list does not have is refused and mended', async () => {
  await enter(1);
  await hasText(page, '#issued', '两个学历层次');
  await choose('本科');
  await hasText(page, '#issued', '另一学历层次');
  assert.equal(await page.locator('#issued .help-row button', { hasText: '本科' }).count(), 0, 'what was wrong is not offered again');
  await choose('博士');
  await hasText(page, '#issued-number, #issued .issued-number', 'A0001');
  assert.equal(await levelOf('A0001'), 'doctor');
});

test('as the list has it: without the level that was said, the list decides', async () => {
  await enter(2);
  await choose('专科');
  await hasText(page, '#issued', '另一学历层次');
  await choose('按名单上的层次'); // which asks again, as there are two
  await hasText(page, '#issued', '两个学历层次');
  await choose('硕士');
  await hasText(page, '#issued .issued-number', 'A0002');
  assert.equal(await levelOf('A0002'), 'master');
});

test('a card is bound to the level that is meant', async () => {
  await daemon.checkIn({ medium: 'chip', serial: '1100000000000077' });
  await page.locator('button[data-bind="A0003"]').click();
  await page.fill('#id-number', person(4).id_number);
  await page.fill('#name', person(4).name);
  await page.click('#issue');
  await choose('本科');
  await hasText(page, '#issued', '另一学历层次');
  await choose('硕士');
  await hasText(page, '#issued', '已登记到人');
  assert.equal(await levelOf('A0003'), 'master');
  await daemon.checkIn({ medium: 'chip', serial: '1100000000000078' });
  const both = await daemon.api('POST', '/lanes/A/tickets/A0004/bind', { id_number: person(3).id_number, name: person(3).name, level: 'doctor' });
  assert.deepEqual([both.status, both.data.code], [409, 'level-differs']);
  const right = await daemon.api('POST', '/lanes/A/tickets/A0004/bind', { id_number: person(3).id_number, name: person(3).name, level: 'bachelor' });
  assert.equal(right.status, 200);
  assert.equal(await levelOf('A0004'), 'bachelor');
});

test('a reader that is not there is named in words, with what to look at', async () => {
  await hasText(page, '#readers', '没有找到设备：检查数据线和电源', 8000);
  await page.click('[data-switch-language]');
  await hasText(page, '#readers', 'look at cable and power');
  await page.click('[data-switch-language]');
});

test('whoever was missed is found in the class', async () => {
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'miss');
  await page.click('[data-to-view="classes"]');
  await page.locator('.class-row', { hasText: '博士班' }).click();
  await page.locator('.class-filters button', { hasText: '过号、作废 1' }).click();
  await eventually('one of the class', async () => (await page.locator('.member').count()) === 1);
  await hasText(page, '.member-list', 'A0001 过号');
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
