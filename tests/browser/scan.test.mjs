// The marshal's scan field and passport entry: a keyboard-type scanner's burst becomes one check-in, half of one never
// does; a passport is checked while it is typed, and every repair is shown.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Browser, Daemon, SLOW_MS, TAKEN_FOR_A_HAND, eventually, hasText, person, textOf, burst as typed } from './daemon.mjs';

const LINE1 = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<';
const LINE2 = 'L898902C36UTO7408122F1204159ZE184226B<<<<<10';
let daemon;
let browser;
let page;
let sent;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  page = await browser.open(daemon, 'marshal', { expects: /status of 4(09|22)/ });
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(request.postDataJSON()); });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
beforeEach(() => { sent = []; });

const issued = async () => (await daemon.snapshot()).counts.issued;
const payload = (index = 0) => Buffer.from(sent[index].payload_base64, 'base64');
async function burst(text, ending = 'Enter') {
  for (let slow = true; slow;) {
    await page.focus('#scan');
    await page.waitForTimeout(350); // whatever was pressed before is over
    const before = sent.length;
    // who is so slow is taken for a hand, and nothing was sent; then people scan again
    slow = await typed(page, text, ending || '') > SLOW_MS && ending && text && sent.length === before && TAKEN_FOR_A_HAND.test(await textOf(page, '#scanned'));
  }
}

test('a burst with Enter or Tab is one check-in, exactly as it was scanned', async () => {
  await burst('Code:+/=&<> %20"1');
  await hasText(page, '#scanned', 'A0001');
  assert.match(await textOf(page, '#scanned'), /拍摄号 Number/);
  await burst('another', 'Tab');
  await hasText(page, '#scanned', 'A0002');
  assert.deepEqual(sent.map(({ medium }) => medium), ['scan', 'scan']);
  assert.equal(payload(0).toString(), 'Code:+/=&<> %20"1');
  assert.equal(payload(1).toString(), 'another');
  assert.equal(await page.inputValue('#scan'), '');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'scan');
});

test('the same code again has the same number; Chinese is UTF-8', async () => {
  await burst('another');
  await hasText(page, '#scanned', '已有号码');
  await page.waitForTimeout(350);
  await page.keyboard.insertText('采集码𠮷');
  await page.keyboard.press('Enter');
  await hasText(page, '#scanned', 'A0003');
  assert.equal(payload(1).toString(), '采集码𠮷');
});

test('the largest code is taken, a larger one is not sent', async () => {
  const code = 'x'.repeat(2953);
  await page.focus('#scan');
  await page.waitForTimeout(350);
  await page.keyboard.insertText(code);
  await page.keyboard.press('Enter');
  await hasText(page, '#scanned', 'A0004');
  assert.equal(payload().length, 2953);
  await page.keyboard.insertText(`${code}x`);
  await page.keyboard.press('Enter');
  await hasText(page, '#scanned', '内容过长');
  assert.equal(sent.length, 1);
});

test('half a scan is never sent', async () => {
  const before = await issued();
  await burst('first half', null);
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter'); // somebody helps
  await hasText(page, '#scanned', '没有扫完整');
  await burst('slow', null);
  await page.waitForTimeout(500);
  await typed(page, 'ly', 'Enter');
  await hasText(page, '#scanned', '像是手打的');
  await burst('lost', null);
  await page.focus('#name');
  await hasText(page, '#scanned', '没有扫完整');
  assert.equal(await page.inputValue('#scan'), '');
  // one burst; somebody touches the scan field in the midst of it
  await page.evaluate(() => document.querySelector('#name').addEventListener('input', ({ target }) => {
    if (target.value.endsWith(', ')) document.querySelector('#scan').focus();
  }));
  await typed(page, 'the first part goes to the name, the rest here', 'Enter');
  await hasText(page, '#scanned', '没有扫完整');
  await page.fill('#name', '');
  assert.deepEqual(sent, []);
  assert.equal(await issued(), before);
});

test('Enter alone and corrections send nothing', async () => {
  await burst('');
  await burst('abc', 'Backspace');
  await page.keyboard.press('Enter');
  await hasText(page, '#scanned', '像是手打的');
  assert.deepEqual(sent, []);
});

test('zones are judged and repaired as on the server', async () => {
  const cases = [
    // line 1, line 2, fault, repairs, why
    [LINE1, LINE2, '', '', 'the specimen'],
    [`${LINE1}${LINE2}`, '', '', '', '88 characters'],
    [LINE1.toLowerCase(), LINE2.toLowerCase(), '', '', 'small letters, as typed'],
    [` ${LINE1}`, `${LINE2.slice(0, 9)} ${LINE2.slice(9)}`, '', '', 'blanks'],
    [LINE1, LINE2.replace('7408', '74O8'), '', '2:16O0', 'O in the birth date'],
    [LINE1.replace('UTO', 'UT0'), LINE2, '', '1:50O', '0 in the state'],
    [LINE1.replaceAll('<', ';'), LINE2.replaceAll('<', ';'), '', '1:0;< 2:0;<', 'another layout'],
    [LINE1.replaceAll('<', '&'), LINE2.replaceAll('<', '&'), '', '1:0&< 2:0&<', 'and another'],
    [LINE1.replace('P<', 'P>'), LINE2, 'mrz-character', '', 'one foreign filler'],
    ['P<UT0ER1K55ON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', LINE2.replace('UTO', 'UT0'), 'mrz-too-many', '', 'five'],
    [LINE1, LINE2.replace('L8989', 'L898O'), 'mrz-check', '', 'no choice in the number'],
    [LINE1, LINE2.replace(/.$/, '1'), 'mrz-check', '', 'the check over all'],
    [LINE1, LINE2.slice(1), 'mrz-length', '', '43 characters'],
    [LINE1.replace('P', 'I'), LINE2, 'mrz-character', '', 'an identity card'],
    ['', '', 'mrz-length', '', 'nothing'],
    [LINE1, 'X1234<<<<9UTO9001011M3001019<<<<<<<<<<<<<<<8', '', '', 'no optional data, no check of it'],
  ];
  const got = await page.evaluate(async (texts) => {
    const { checkMrz } = await import('/marshal/passport.js');
    return texts.map((text) => checkMrz(text));
  }, cases.map(([one, two]) => `${one}\r\n${two}`));
  for (const [index, [, , fault, repairs, why]] of cases.entries()) {
    const found = got[index].repairs.map(({ line, column, from, to }) => `${line}:${column}${from}${to}`).join(' ');
    assert.deepEqual([got[index].fault, found], [fault, repairs], why);
  }
});

test('a passport is checked while it is typed, its repairs are shown before and after', async () => {
  await page.click('.passport-entry summary');
  await page.fill('#mrz', LINE1);
  await hasText(page, '#mrz-hint', '需要两行');
  await page.fill('#mrz', `${LINE1}\n${LINE2.replace(/..$/, '11')}`);
  await hasText(page, '#mrz-hint', '校验码不符：总校验');
  await page.click('#passport button');
  assert.deepEqual(sent, []);
  assert.match(await page.inputValue('#mrz'), /^P<UTO/);
  await page.fill('#mrz', `${LINE1}\n${LINE2.replace('7408', '74O8')}`);
  await hasText(page, '#mrz-hint', '五个校验码全部正确');
  await hasText(page, '#mrz-repairs', '第 2 行第 16 位 O → 0');
  await page.click('#passport button');
  await hasText(page, '#passport-issued', 'A0005');
  await hasText(page, '#passport-issued', '第 2 行第 16 位 O → 0');
  assert.equal(await page.inputValue('#mrz'), '');
  assert.equal(await textOf(page, '#mrz-repairs'), '');
});

test('the server names the repairs, and none when there are none', async () => {
  const { status, data } = await daemon.api('POST', '/lanes/A/tickets', { medium: 'passport', mrz: [LINE1, LINE2] }, 'marshal');
  assert.equal(status, 200); // the same passport as before
  assert.equal(data.repaired, undefined);
  const mended = await daemon.api('POST', '/lanes/A/tickets', { medium: 'passport', mrz: [LINE1.replace('UTO', 'UT0'), LINE2] }, 'marshal');
  assert.deepEqual([mended.status, mended.data.number, mended.data.repaired], [200, data.number, [{ line: 1, column: 5, from: '0', to: 'O' }]]);
  const refused = await daemon.api('POST', '/lanes/A/tickets', { medium: 'passport', mrz: [LINE1, LINE2.replace('L8989', 'L898O')] }, 'marshal');
  assert.deepEqual([refused.status, refused.data.code], [422, 'bad-mrz']);
});

test('an ID number in the field is the person who typed it, not another one', async () => {
  const who = person(7);
  const number = await daemon.checkIn(who);
  const before = await issued();
  await burst(`${who.id_number} `);
  await hasText(page, '#scanned', '已有号码');
  await hasText(page, '#scanned', number);
  assert.equal(sent[0].medium, 'scan');
  await burst(who.id_number.slice(0, 17) + (who.id_number[17] === '1' ? '2' : '1'));
  await hasText(page, '#scanned', '身份证号码有误');
  assert.equal(await issued(), before);
});

test('a passport line by line is one check-in; one line alone is none', async () => {
  const before = await issued();
  const { data } = await daemon.api('POST', '/lanes/A/tickets', { medium: 'passport', mrz: [LINE1, LINE2] }, 'marshal');
  for (;;) {
    await burst(LINE1);
    await hasText(page, '#scanned', '接着扫第二行');
    await burst(LINE2.toLowerCase());
    await eventually('one check-in or two', () => sent.length > 0);
    if (payload().toString() !== LINE1) break;
    await eventually('the second line by itself', () => sent.length === 2); // it came later than the page waits for it
    await eventually('both refused', async () => /缺一行/.test(await textOf(page, '#scanned')));
    sent = [];
  }
  await hasText(page, '#scanned', data.number);
  assert.equal(sent.length, 1);
  assert.equal(payload().toString(), `${LINE1}\n${LINE2.toLowerCase()}`);
  await burst(LINE1);
  await hasText(page, '#scanned', '护照机读码缺一行'); // the server says so, after two seconds
  assert.equal(payload(1).toString(), LINE1);
  await burst(LINE1);
  await burst('somebody else');
  await hasText(page, '#scanned', '都没有提交');
  assert.equal(sent.length, 2);
  assert.equal(await issued(), before);
});

test('a scanner that ends twice', async () => {
  await page.focus('#scan');
  await page.waitForTimeout(350);
  let scans = 1;
  while (await typed(page, 'another', 'Enter', 2) > SLOW_MS) { scans += 1; await page.waitForTimeout(350); }
  await hasText(page, '#scanned', 'A0002');
  assert.ok(sent.length > 0 && sent.length <= scans, `${sent.length}`);
});

test('nothing was complained of', () => { assert.deepEqual(browser.complaints, []); });
