// The marshal's desk: entry by hand, the session, the line's length.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, eventually, hasText, person, textOf } from './daemon.mjs';

let daemon;
let browser;
let page;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ lines: ['line_limit = 3'] }), Browser.start()]);
  page = await browser.open(daemon, 'marshal', { expects: /status of 409/ });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

const fields = () => Promise.all(['#id-number', '#name', '#student-no'].map((field) => page.inputValue(field)));
async function type(idNumber, name, studentNo = '') {
  await page.fill('#id-number', idNumber);
  await page.fill('#name', name);
  await page.fill('#student-no', studentNo);
}

test('ID numbers are judged as GB 11643 says', async () => {
  const cases = [
    // typed, number, fault, why
    ['990101200102030014', '990101200102030014', '', 'right'],
    ['99010119491231001x', '99010119491231001X', '', 'a small x'],
    [' 990101 20010203 0014 ', '990101200102030014', '', 'blanks'],
    ['９９０１０１２００１０２０３００１４', '990101200102030014', '', 'full-width digits of a Chinese keyboard'],
    ['990101200102030013', '', 'check', 'a wrong last digit'],
    ['990101200103020014', '', 'check', 'day and month exchanged'],
    ['990101200102300013', '', 'date', '30 February'],
    ['990101190002290010', '', 'date', '1900 was no leap year'],
    ['990101179901010010', '', 'date', 'before 1800'],
    ['990101220001010010', '', 'date', 'after 2199'],
    ['990101200113010013', '', 'date', 'month 13'],
    ['9901012001020300', '', 'length', '16 digits'],
    ['9901012001020300140', '', 'length', '19 digits'],
    ['99010120010203001Y', '', 'character', 'a letter'],
    ['X90101200102030014', '', 'character', 'X elsewhere'],
    ['990101010203001', '990101190102030018', '', '15 digits become 18'],
    ['990101013203001', '', 'date', '15 digits with month 32'],
    ['', '', 'length', 'nothing'],
  ];
  const got = await page.evaluate(async (typed) => {
    const { checkIdNumber } = await import('/marshal/id-number.js');
    return typed.map((each) => checkIdNumber(each));
  }, cases.map(([typed]) => typed));
  for (const [index, [typed, number, fault, why]] of cases.entries()) {
    assert.deepEqual([got[index].number, got[index].fault], [number, fault], `${why}: "${typed}"`);
  }
});

test('a wrong ID number: the message at once, nothing sent, what was typed stays', async () => {
  const sent = [];
  const note = (request) => { if (request.method() === 'POST') sent.push(request.url()); };
  page.on('request', note);
  await page.fill('#id-number', '9901012001');
  await hasText(page, '#id-hint', '已输入 10 位');
  await type('990101200102030013', '张小明', '2022001');
  await hasText(page, '#id-hint', '末位校验码不符');
  assert.equal(await page.getAttribute('#id-number', 'aria-invalid'), 'true');
  await page.click('#issue');
  await page.waitForTimeout(300);
  assert.deepEqual(await fields(), ['990101200102030013', '张小明', '2022001']);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'id-number');
  assert.deepEqual(sent, []);
  assert.equal((await daemon.snapshot()).counts.issued, 0);
  page.off('request', note);
});

test('without name or any number the form says which is missing', async () => {
  await type('', '张小明');
  await page.click('#issue');
  await hasText(page, '#id-hint', '请填写身份证号或学号');
  await type('990101200102030014', ' ');
  await page.click('#issue');
  await hasText(page, '#name-hint', '请填写姓名');
  assert.equal((await daemon.snapshot()).counts.issued, 0);
});

test('a refusal of the server is shown in both languages and what was typed stays; then the number', async () => {
  await daemon.api('POST', '/lanes/A/session', { state: 'closed' });
  await hasText(page, '#session', '未开放取号');
  const someone = person(1);
  await type(someone.id_number, '张小明');
  await hasText(page, '#id-hint', '✓');
  await page.click('#issue');
  await hasText(page, '#issued', '未开放取号');
  assert.match(await textOf(page, '#issued'), /not open/);
  assert.deepEqual(await fields(), [someone.id_number, '张小明', '']);
  await page.click('#session-button');
  await hasText(page, '#session', '取号开放中');
  await page.click('#issue');
  await hasText(page, '#issued', 'A0001');
  assert.match(await textOf(page, '#issued'), /拍摄号 Number/);
  assert.deepEqual(await fields(), ['', '', '']);
  await hasText(page, '#line', '张○○');
});

test('the same person again gets the same number, an old 15-digit number too', async () => {
  await type(person(1).id_number, '张小明');
  await page.keyboard.press('Enter');
  await hasText(page, '#issued', '已有号码');
  await hasText(page, '#issued', 'A0001');
  await type('990101010203001', '李四');
  await hasText(page, '#id-hint', '15 位旧号');
  await page.click('#issue');
  await hasText(page, '#issued', 'A0002');
  await type('990101190102030018', '李四');
  await page.click('#issue');
  await hasText(page, '#issued', '已有号码');
  assert.equal((await daemon.snapshot()).counts.issued, 2);
});

test('a refusal that concerns another number shows it and whose it is', async () => {
  const problem = {
    type: 'about:blank', status: 409, code: 'name-differs', title: 'x', detail: 'x', message: { zh: '该证件号已用另一姓名登记', en: 'Known by another name' },
    ticket: { number: 'A0001', lane: 'A', state: 'waiting', name: '张○○', seq: 1 },
  };
  await page.route('**/tickets', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) }));
  await type(person(1).id_number, '王小明');
  await page.click('#issue');
  await hasText(page, '#issued', '该证件号已用另一姓名登记');
  for (const text of ['Known by another name', 'A0001', '张○○']) assert.ok((await textOf(page, '#issued')).includes(text), text);
  assert.deepEqual(await fields(), [person(1).id_number, '王小明', '']);
  await page.unroute('**/tickets');
});

test('the line shows its length against the limit, and a full line refuses', async () => {
  await hasText(page, '#line-length', '2 / 3');
  await daemon.act('A0001', 'call');
  await hasText(page, '#now', 'A0001');
  await hasText(page, '#line-length', '2 / 3'); // who is called still stands in it
  await daemon.checkIn(person(2));
  await hasText(page, '#line-length', '3 / 3');
  await hasText(page, '#line-length', '已满');
  const someone = person(4);
  await type(someone.id_number, '王五');
  await page.click('#issue');
  await hasText(page, '#issued', '候拍区已满');
  assert.equal(await page.inputValue('#id-number'), someone.id_number);
  await daemon.act('A0001', 'shot');
  await hasText(page, '#line-length', '2 / 3');
  await hasText(page, '#done', 'A0001');
});

test('counts follow every step', async () => {
  const read = async () => Object.fromEntries((await page.locator('#counts .fact').allInnerTexts()).map((text) => text.split(' ')));
  const shown = async () => { const got = await read(); return [got['已发号'], got['等候'], got['已叫'], got['已拍'], got['过号'], got['作废']].join(); };
  const expected = async () => { const { counts } = await daemon.snapshot(); return [counts.issued, counts.waiting, counts.called, counts.shot, counts.missed, counts.void].join(); };
  const steps = [['A0002', 'call'], ['A0002', 'miss', { advance: true }], ['A0003', 'void'], ['A0001', 'retake'], ['A0001', 'shot']];
  for (const [number, verb, body] of steps) {
    assert.equal((await daemon.act(number, verb, body)).status, 200, `${verb} ${number}`);
    const want = await expected();
    await eventually(`after ${verb} ${number}: ${want}`, async () => { const got = await shown(); if (got === want) return true; throw new Error(got); });
  }
});

test('closing the session asks twice', async () => {
  await page.click('#session-button');
  await hasText(page, '#session-button', '再按一次');
  assert.equal((await daemon.snapshot()).session.state, 'open');
  await page.click('#session-button');
  await hasText(page, '#session', '未开放取号');
  assert.equal((await daemon.snapshot()).session.state, 'closed');
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
