// The printed sheets, as Chromium prints them: A4, page numbers, headings on every page, nobody cut in two, no address of the
// page; the agency's strip holds numbers alone; and who may have them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { inspect } from './axe.mjs';
import { Browser, Daemon, eventually, hasText, live, person, roster } from './daemon.mjs';

const run = promisify(execFile);
const HOSTILE = '<b>=cmd()</b>班';
const BIG = '计算机2101班';
const RULES = 'payment = "class"\nfee = "20.50"\nmedia = {"capture_code", "id_card", "manual"}\nspoken_check = true\nsheet_columns = {"student_no", "name", "level", "id_number", "time"}\n';
const SCHEDULE = `机位,日期,时间,单位,人数\nA,2026-11-23,08:30-09:10,${BIG},60\nA,2026-11-23,09:10-10:00,软件2102班,30\nB,2026-11-24,09:10-10:00,软件2102班,30\n`;
let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ lanes: ['B', 'C1'], rules: RULES, lists: { people: roster({ [BIG]: 60, 软件2102班: 30, [HOSTILE]: 2 }), schedule: SCHEDULE } }), Browser.start(),
  ]);
  for (let n = 1; n <= 70; n += 1) {
    const number = await daemon.checkIn(person(n));
    if (n > 12) continue;
    await daemon.act(number, 'call');
    if (n === 3) { await daemon.act(number, 'miss'); continue; }
    await daemon.act(number, 'confirm');
    await daemon.act(number, 'shot');
  }
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (page) => page.context().close();

async function open(query, options = {}) {
  const page = await browser.device(options);
  await page.goto(`${daemon.origin}/print/?${query}#token=${daemon.tokens.whole}`);
  await live(page);
  return page;
}
// The pages of the PDF as text, and the file.
async function print(page, name) {
  const file = path.join(daemon.folder, `${name}.pdf`);
  await page.pdf({ path: file, preferCSSPageSize: true });
  const { stdout } = await run('pdftotext', ['-layout', file, '-']);
  const pages = stdout.split('\f').slice(0, -1);
  const info = (await run('pdfinfo', [file])).stdout;
  for (const [at, text] of pages.entries()) {
    assert.match(text.trimEnd(), new RegExp(`${at + 1} */ *${pages.length}$`), `the foot of page ${at + 1}`);
    assert.doesNotMatch(text, /http|127\.0\.0\.1|\/print\//);
  }
  return { file, pages, info };
}
const units = async () => (await daemon.api('GET', '/units', undefined, 'whole')).data.map((each) => each.id).join(',');

test('sign-off by class: A4, headings on every page, each person once and whole, signed lines at the end', async () => {
  const page = await open(`sheet=signoff&units=${await units()}`);
  const { pages, info } = await print(page, 'signoff');
  assert.match(info, /A4/);
  assert.ok(pages.length >= 6, `${pages.length} pages`);
  for (const [at, text] of pages.entries()) {
    assert.match(text, /采集签名表/, `heading of page ${at + 1}`);
    assert.match(text, /拍摄号\s+学号\s+姓名\s+层次\s+证件号码\s+时间\s+签名/, 'the profile\'s columns, with number and signature');
    assert.match(text, /采集方存/);
  }
  const all = pages.join('\f');
  for (let n = 1; n <= 92; n += 1) {
    const at = pages.filter((text) => text.includes(String(2022000 + n)));
    assert.equal(at.length, 1, `student ${n}`);
    assert.match(at[0].split('\n').find((line) => line.includes(String(2022000 + n))), new RegExp(`测试${n}\\s`), 'number and name in one line');
  }
  assert.equal((all.match(/联络员签名/g) || []).length, 3, 'a line to sign on for each class');
  assert.match(all, /已拍 *11 *人/);
  assert.doesNotMatch(all, new RegExp(person(1).id_number), 'no whole ID number');
  assert.match(all, /990101\*{12}/);
  assert.match(all, /<b>=cmd\(\)<\/b>班/);
  assert.equal(await page.locator('#sheets b').count(), 0);
  await close(page);
});

test('what is cut off for the agency holds numbers and no name, no student number', async () => {
  const page = await open('sheet=signoff&lane=A');
  const cut = await page.locator('.c-strip').first().evaluate((node) => {
    const sheet = node.closest('table').getBoundingClientRect();
    return (node.getBoundingClientRect().left - sheet.left) / sheet.width;
  });
  const { file, pages, info } = await print(page, 'strip');
  const [width, height] = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(info).slice(1).map(Number);
  const margin = 34; // 12 mm
  const left = Math.floor(margin + cut * (width - 2 * margin)) - 4;
  const { stdout } = await run('pdftotext', ['-layout', '-r', '72', '-x', String(left), '-y', '0', '-W', String(Math.ceil(width - left)), '-H', String(Math.ceil(height)), file, '-']);
  for (let n = 1; n <= 70; n += 1) assert.match(stdout, new RegExp(`A00${String(n).padStart(2, '0')}\\b`));
  assert.doesNotMatch(stdout, /测试|2022\d{3}|990101/);
  assert.match(stdout, /过号/, 'a number without a photograph says so');
  assert.equal((stdout.match(/✓/g) || []).length, 11);
  assert.equal((stdout.match(/Page tests/g) || []).length, pages.length, 'its heading is on each page');
  await close(page);
});

test('many columns turn the paper', async () => {
  const rules = `${RULES.replace(/sheet_columns.*\n/, '')}sheet_columns = {"number", "lane", "student_no", "name", "college", "unit", "level", "payment", "time", "note"}\n`;
  const before = (await daemon.api('GET', '/rules', undefined, 'whole')).data;
  assert.equal((await daemon.api('POST', '/rules', { profile: 'wide', text: rules }, 'whole')).status, 200);
  const page = await open('sheet=signoff&lane=A');
  const { info, pages } = await print(page, 'wide');
  assert.match(info, /Page size:\s+841\.\d+ x 594/);
  for (const text of pages) assert.match(text, /机位\s+学号\s+姓名\s+学院\s+班级\s+层次\s+缴费\s+时间\s+备注\s+签名/);
  await close(page);
  assert.equal((await daemon.api('POST', '/rules', { profile: before.profile, text: before.text }, 'whole')).status, 200);
});

test('number slips go on behind the last number, as the server writes numbers', async () => {
  for (const [lane, first] of [['A', 'A0071'], ['C1', 'C1-0001']]) {
    const page = await open(`sheet=slips&lane=${lane}&count=20`);
    const { pages } = await print(page, `slips-${lane}`);
    assert.equal(pages.length, 2);
    const numbers = pages.join(' ').match(/(A|C1-)0\d{3}\b/g);
    assert.equal(new Set(numbers).size, 20);
    assert.equal(numbers[0], first);
    await close(page);
  }
  const { number } = (await daemon.api('POST', '/lanes/C1/tickets', person(500), 'whole')).data;
  assert.equal(number, 'C1-0001', 'what the server gives then');
});

test('class bills: a summary and a page a class, with the amount in capital figures; nothing where no class is billed', async () => {
  const page = await open('sheet=bills');
  const { pages } = await print(page, 'bills');
  const bill = pages.find((text) => text.includes('已拍人员') && text.includes(BIG));
  assert.match(bill, /¥225\.50/); // 11 people, 20.50 each
  assert.match(bill, /贰佰贰拾伍元伍角整/);
  assert.equal((bill.match(/A00\d\d\s+测试/g) || []).length, 11);
  assert.doesNotMatch(bill, /A0003/, 'missed is not billed');
  const words = await page.evaluate(async () => {
    const { inWords } = await import('/print/bills.js');
    return [0, 1000, 100500, 1000000, 1000100, 10000000, 10100005, 50, 1001].map(inWords);
  });
  assert.deepEqual(words, ['零元整', '壹拾元整', '壹仟零伍元整', '壹万元整', '壹万零壹元整', '壹拾万元整', '壹拾万零壹仟元零伍分', '伍角整', '壹拾元零壹分']);
  await close(page);
});

test('door notices: a page a lane and day, in both languages, by the rules in force', async () => {
  const page = await open('sheet=notices&lanes=A,B,C1');
  const { pages } = await print(page, 'notices');
  assert.equal(pages.length, 2);
  assert.match(pages[0], /机位 A · E201 · 2026-11-23 周一/);
  assert.match(pages[0], /08:30–09:10\s+计算机2101班\s+60/);
  assert.match(pages[1], /机位 B · B101/);
  for (const text of pages) assert.match(text, /请带：身份证或采集码[\s\S]*Bring: ID card or Capture code[\s\S]*请报出您的号码/);
  await page.click('[data-switch-language]');
  await hasText(page, '#sheets', 'Lane A');
  await close(page);
});

test('the office chooses what to print, and the sheet opens beside it', async () => {
  const page = await browser.device();
  await page.goto(`${daemon.origin}/office/#token=${daemon.tokens.whole}`);
  await live(page);
  await page.click('[data-to-view="sheets"]');
  await page.locator('#sheet-units input').nth(2).waitFor();
  await page.click('#sheet-clear');
  await hasText(page, '#sheet-none', '请选择班级');
  assert.equal(await page.isVisible('#sheet-open'), false);
  await page.locator('#sheet-units label', { hasText: '软件2102班' }).click();
  const [sheet] = await Promise.all([page.context().waitForEvent('page'), page.click('#sheet-open')]);
  await live(sheet);
  await hasText(sheet, '#sheets', '软件2102班');
  assert.equal(await sheet.locator('.signoff').count(), 1);
  let isPrinting = false;
  await sheet.exposeFunction('printed', () => { isPrinting = true; });
  await sheet.evaluate(() => { window.print = () => window.printed(); });
  await sheet.click('#print');
  await eventually('the print window', () => isPrinting);
  await page.selectOption('#sheet-kind', 'slips');
  await page.selectOption('#sheet-lane', 'A');
  await eventually('the next number', async () => (await page.inputValue('#slips-from')) === '71');
  await page.fill('#slips-count', '6');
  assert.match(await page.getAttribute('#sheet-open', 'href'), /^\/print\/\?sheet=slips&lane=A&from=71&count=6$/);
  await close(page);
});

test('whole names are the office\'s of all lanes alone', async () => {
  const [unit] = (await units()).split(',');
  for (const route of ['/sheets', `/sheets/units/${unit}`, '/sheets/lanes/A']) {
    for (const role of ['display', 'photographer', 'marshal', 'liaison', 'office']) { // office: of lane A
      assert.equal((await daemon.api('GET', route, undefined, role)).status, 403, `${role} ${route}`);
    }
    assert.equal((await daemon.api('GET', route, undefined, 'whole')).status, 200);
  }
  assert.equal((await daemon.api('GET', '/sheets/units/999', undefined, 'whole')).status, 404);
  assert.equal((await daemon.api('GET', '/sheets/lanes/Z', undefined, 'whole')).status, 404);
  const names = await readFile(path.join(daemon.folder, 'paihao.conf'), 'utf8');
  assert.doesNotMatch(names + daemon.log, /测试\d/);
});

test('axe finds nothing on the sheets and the view that chooses them, in both languages', async () => {
  for (const query of [`sheet=signoff&units=${await units()}`, 'sheet=slips&lane=A', 'sheet=bills', 'sheet=notices&lanes=A', 'sheet=nothing']) {
    const page = await open(query, { bypassCSP: true });
    for (const language of ['zh', 'en']) {
      await inspect(page, `${query} ${language}`);
      await page.click('[data-switch-language]');
    }
    await close(page);
  }
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
