// The marshal's desk: numbers of cards that nobody knows are tied to a person at first use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, eventually, hasText, person, textOf } from './daemon.mjs';

let daemon;
let browser;
let page;
let photographer;
const chip = (n) => ({ medium: 'chip', serial: `11${String(n).padStart(14, '0')}` });
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  page = await browser.open(daemon, 'marshal', { expects: /status of 409/ });
  photographer = await browser.open(daemon, 'photographer');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

const button = (number) => `button[data-bind="${number}"]`;
const fields = () => Promise.all(['#id-number', '#name', '#student-no'].map((field) => page.inputValue(field)));
const posts = [];
async function type(idNumber, name, studentNo = '') {
  await page.fill('#id-number', idNumber);
  await page.fill('#name', name);
  await page.fill('#student-no', studentNo);
}

test('only numbers that nobody knows carry the button', async () => {
  page.on('request', (request) => { if (request.method() === 'POST') posts.push(new URL(request.url()).pathname); });
  await daemon.checkIn(chip(1));
  await daemon.checkIn(person(7, '李四'));
  await daemon.checkIn(chip(3));
  await hasText(page, '#line', 'A0003');
  assert.deepEqual(await page.locator('button[data-bind]').evaluateAll((all) => all.map((each) => each.dataset.bind)), ['A0001', 'A0003']);
  assert.match(await textOf(page, button('A0001')), /登记\s*bind/);
});

test('the button opens the form for that number; cancel gives the form back', async () => {
  await page.click(button('A0003'));
  await hasText(page, '#manual-title', '登记 A0003 是谁');
  await hasText(page, '#issue', 'A0003');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'id-number');
  await page.click('#bind-cancel');
  await hasText(page, '#manual-title', '人工登记');
  await hasText(page, '#issue', '发号');
  assert.equal(await page.isVisible('#bind-cancel'), false);
});

test('a wrong ID number is not sent; numbers of somebody else are refused in both languages; what was typed stays', async () => {
  await page.click(button('A0001'));
  await type('990101200102030013', '张小明', 'S-1');
  await page.click('#issue');
  await hasText(page, '#id-hint', '末位校验码不符');
  assert.deepEqual(posts, []);
  await type(person(7).id_number, '张小明', 'S-1');
  await page.click('#issue');
  await hasText(page, '#issued', '没有登记');
  const told = await textOf(page, '#issued');
  assert.match(told, /已属于另一人/);
  assert.match(told, /another person/);
  assert.match(told, /A0002/);
  assert.deepEqual(await fields(), [person(7).id_number, '张小明', 'S-1']);
  await hasText(page, '#manual-title', 'A0001');
  assert.deepEqual(posts, ['/api/v1/lanes/A/tickets/A0001/bind']);
  assert.equal((await daemon.snapshot()).line[0].bound, false);
});

test('the right numbers bind it; every page knows the name at once, the number and the order stay', async () => {
  await type(person(1).id_number, '张小明', 'S-1');
  await page.keyboard.press('Enter');
  await hasText(page, '#issued', '已登记到人');
  await hasText(page, '#issued', 'A0001');
  assert.deepEqual(await fields(), ['', '', '']);
  await hasText(page, '#manual-title', '人工登记');
  await hasText(page, '#line', '张○○');
  assert.equal(await page.locator(button('A0001')).count(), 0);
  const { line, counts } = await daemon.snapshot();
  assert.deepEqual(line.map((ticket) => [ticket.number, ticket.bound]), [['A0001', true], ['A0002', true], ['A0003', false]]);
  assert.equal(counts.issued, 3);
  await hasText(photographer, 'main', '张○○');
});

test('who is called can be bound, and after the photograph too; counts and the last shot stay right', async () => {
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'shot', { advance: true });
  await daemon.act('A0002', 'shot', { advance: true });
  await hasText(page, '#now', 'A0003');
  await page.locator(`#now ${button('A0003')}`).waitFor();
  await daemon.checkIn(chip(4));
  await daemon.act('A0003', 'shot', { advance: true });
  await daemon.act('A0004', 'shot');
  await hasText(page, '#done', 'A0004');
  await page.click(`#done ${button('A0003')}`);
  await type(person(3).id_number, '王五');
  await page.click('#issue');
  await hasText(page, '#done', '王○');
  const order = () => page.locator('#done .row-number').allInnerTexts();
  assert.deepEqual(await order(), ['A0004', 'A0003', 'A0002', 'A0001']);
  const { counts } = await daemon.snapshot();
  const shown = (await page.locator('#counts .fact strong').allInnerTexts()).map(Number);
  assert.deepEqual(shown, [counts.issued, counts.waiting, counts.called, counts.shot, counts.missed, counts.void]);
  await eventually('the photographer may still retake the last one', async () => (await textOf(photographer, '#retake')).includes('A0004'));
});

test('a card of somebody in line: the button makes its number void and ties the card; the photographer is told', async () => {
  await daemon.checkIn(person(9, '赵六'));
  await daemon.checkIn({ medium: 'campus_card', serial: '04a1b2c3d4e5f6' });
  await page.click(button('A0006'));
  await type(person(9).id_number, '赵六');
  await page.click('#issue');
  await hasText(page, '#issued', 'A0005');
  const same = page.locator('#issued [data-same="A0006"]');
  assert.match(await same.innerText(), /同一个人：A0006 作废/);
  assert.match(await same.innerText(), /Same person: void A0006/);
  await same.click();
  await hasText(page, '#issued', 'A0006 已作废');
  assert.equal(await textOf(page, '#issued .issued-number'), 'A0005');
  await hasText(page, '#done', '与 A0005 是同一个人');
  assert.deepEqual(await fields(), ['', '', '']);
  assert.deepEqual((await daemon.snapshot()).line.map((ticket) => ticket.number), ['A0005']);
  await hasText(photographer, 'main', 'A0006');
  await assert.rejects(daemon.checkIn({ medium: 'campus_card', serial: '04a1b2c3d4e5f6' }), /gave 200 .*"A0005"/);
});

test('a number with a frame is not made void: nothing is offered', async () => {
  await daemon.act('A0005', 'call');
  await daemon.act('A0005', 'shot');
  await daemon.checkIn(chip(11));
  await daemon.act('A0007', 'call');
  await daemon.act('A0007', 'shot');
  await hasText(page, '#done', 'A0007');
  await page.click(`#done ${button('A0007')}`);
  await type(person(9).id_number, '赵六');
  await page.click('#issue');
  await hasText(page, '#issued', '已属于另一人');
  assert.equal(await page.locator('#issued [data-same]').count(), 0);
  await page.click('#bind-cancel');
});

test('a row that does not change stays in place while others come and go', async () => {
  await daemon.checkIn(chip(5));
  await daemon.checkIn(chip(6));
  await page.locator(button('A0009')).waitFor();
  await page.locator(button('A0009')).evaluate((node) => { node.dataset.mark = 'same'; node.focus(); });
  await daemon.checkIn(chip(8));
  await daemon.act('A0008', 'call');
  await hasText(page, '#now', 'A0008');
  await hasText(page, '#line', 'A0010');
  assert.equal(await page.locator(button('A0009')).getAttribute('data-mark'), 'same');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.bind), 'A0009');
});

test('the words follow the language', async () => {
  await page.click(button('A0009'));
  await page.click('[data-switch-language]');
  await hasText(page, '#manual-title', 'Who is A0009?');
  await hasText(page, '#issue', 'Bind to A0009');
  await hasText(page, button('A0009'), 'bind');
  await page.click('[data-switch-language]');
  await page.click('#bind-cancel');
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
