// The marshal's desk on a day with rules: stops, overrides, the door's limit, late rounds, order, classes, payments.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, eventually, hasText, pause, person, roster, textOf } from './daemon.mjs';

const EXPECTED = /status of (409|422|403)/;
const RULES = `payment = "token"
fee = "15.00"
payment_gate = "refuse"
outsiders = "refuse"
overrides = "marshal"
order = "alarm"
missed = "session-end"
spoken_check = true
line_limit = 4
`;
// Two levels of one person: student numbers 3001 (bachelor) and 3002 (master).
const twice = person(70, '双层次');
const LIST = `${roster({ 计算机1班: 6, 计算机2班: 3 })}3001,${twice.id_number},双层次,信息学院,计算机2班,本科\n3002,${twice.id_number},双层次,信息学院,研究生1班,硕士\n`;
let daemon;
let browser;
let page;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ rules: RULES, lists: { people: LIST } }), Browser.start()]);
  page = await browser.open(daemon, 'marshal', { expects: EXPECTED });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

async function enter(someone) {
  await page.fill('#id-number', someone.id_number);
  await page.fill('#name', someone.name);
  await page.click('#issue');
}
const pay = (n, more = {}) => daemon.api('POST', '/payments/record', { ...(typeof n === 'number' ? person(n) : n), state: 'paid', method: 'cash', ...more });
const view = (name) => page.click(`[data-to-view="${name}"]`);
const snapshot = () => daemon.snapshot();

test('a payment is recorded with method, amount and card; a wrong amount is told and nothing typed is lost', async () => {
  await view('payments');
  assert.equal(await page.inputValue('#pay-amount'), '15.00');
  await page.fill('#pay-id', person(1).id_number);
  await page.fill('#pay-name', person(1).name);
  await page.fill('#pay-amount', 'fifteen');
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '金额应为数字');
  assert.equal(await page.inputValue('#pay-id'), person(1).id_number);
  await page.fill('#pay-amount', '15.5');
  await page.selectOption('#pay-method', 'wechat');
  assert.equal(await page.isChecked('#pay-card'), true);
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '✓ 已登记：已缴');
  assert.equal(await page.inputValue('#pay-id'), '');
  const { data } = await daemon.api('GET', '/payments', undefined, 'whole');
  assert.deepEqual([data.tally.paid, data.tally.paid_fen, data.tally.cards_out], [1, 1550, 1]);
  await page.fill('#pay-id', person(1).id_number);
  await page.fill('#pay-name', person(1).name);
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '已领取缴费拍摄卡');
  await page.uncheck('#pay-card'); // paid before: said, and nothing is recorded
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '此前已登记为已缴');
  await page.fill('#pay-id', person(1).id_number);
  await page.fill('#pay-name', person(1).name);
  await page.fill('#pay-amount', '20');
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '此人已缴费，金额不同');
  assert.equal((await daemon.api('GET', '/payments', undefined, 'whole')).data.tally.paid_fen, 1550);
  await page.check('#pay-card');
  await page.fill('#pay-amount', '15');
  await view('door');
});

test('a refusal that may be overridden: a reason is needed, then the number comes with its note', async () => {
  await enter(person(2));
  await hasText(page, '#issued', '尚未缴费');
  assert.equal((await snapshot()).counts.issued, 0);
  await page.click('#issued .help-button');
  await hasText(page, '#override-title', '未缴费');
  await page.click('#override-form button[type="submit"]'); // without a reason
  await hasText(page, '#override-fault', '原因');
  assert.equal((await snapshot()).counts.issued, 0);
  await page.fill('#override-reason', '班长代缴，明天补');
  await page.keyboard.press('Enter');
  await hasText(page, '#issued', 'A0001');
  await hasText(page, '#line', '特批：未缴费');
  const { line } = await snapshot();
  assert.deepEqual(line[0].notes.filter((note) => note === 'override-unpaid'), ['override-unpaid']);
  assert.equal(await page.inputValue('#name'), '');
});

test('common reasons are one tap; cancel sends nothing', async () => {
  await enter(person(80, '外来人'));
  await hasText(page, '#issued', '不在采集名单');
  await page.click('#issued .help-button');
  await page.click('#override-cancel');
  await pause(200);
  assert.equal((await snapshot()).counts.issued, 1);
  await page.click('#issued .help-button');
  await hasText(page, '#override-title', '不在名单');
  await page.click('#override [data-reason="approved"]');
  await hasText(page, '#issued', 'A0002');
  await hasText(page, '#line', '特批：不在名单');
});

test('out of order: an alarm in words that stays until it was seen, and who was expected', async () => {
  await hasText(page, '#expected', '测○');
  await pay(6);
  await daemon.checkIn(person(6));
  await hasText(page, '#alarm-order', 'A0003');
  await hasText(page, '#alarm-order', '应到');
  await page.click('#alarm-order-seen');
  await eventually('the alarm is gone', async () => !(await page.isVisible('#alarm-order')));
});

test('the line is full: the desk and the door sign stop people, in large', async () => {
  await page.click('#sign-open');
  assert.equal(await page.getAttribute('#sign', 'data-kind'), 'invite');
  await pay(3);
  await daemon.checkIn(person(3));
  await hasText(page, '#sign-title', '候拍区已满');
  assert.equal(await page.getAttribute('#sign', 'data-kind'), 'stop');
  assert.equal(await textOf(page, '#sign-number'), '止步');
  const size = await page.locator('#sign-number').evaluate((node) => parseFloat(getComputedStyle(node).fontSize) / innerHeight);
  assert.ok(size > 0.3, `the stop is ${size} of the height`);
  await page.click('#sign-close');
  await hasText(page, '#door-stop', '4 / 4');
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'confirm');
  await daemon.act('A0001', 'shot');
  await eventually('the door is free', async () => !(await page.isVisible('#door-stop')));
});

test('leaving, voiding, and a card that comes back: each by a menu that names the number', async () => {
  await page.click('#line [data-act="A0002"]');
  await hasText(page, '#act-title', 'A0002');
  await page.click('#ticket-menu [data-verb="leave"]');
  await hasText(page, '#act-answer', '✓ A0002 已离开');
  assert.equal(await daemon.stateOf('A0002'), 'missed');
  await page.click('#line [data-act="A0003"]');
  await page.click('#ticket-menu [data-reason="wrong-person"]');
  await hasText(page, '#act-answer', '✓ A0003 已作废');
  await hasText(page, '#open-voids', 'A0003');
  await daemon.api('POST', '/lanes/A/tickets/A0003/acknowledge', {}, 'photographer');
  await eventually('no void is open', async () => !(await page.isVisible('#open-voids')));
  await page.click('#done [data-act="A0001"]');
  assert.equal(await page.isVisible('#ticket-menu [data-verb="leave"]'), false, 'it was shot');
  await page.click('#act-card');
  await hasText(page, '#act-answer', '✕ A0001');
  await hasText(page, '#act-answer', '没有未交回的缴费拍摄卡');
});

test('a mismatch: who is in question, three decisions in words, one of them with a number; then the lane goes on', async () => {
  await daemon.act('A0004', 'call');
  assert.equal((await daemon.act('A0004', 'mismatch')).status, 200);
  await hasText(page, '#stopped-title', 'A0004');
  for (const text of ['只是报错了号', '已换成对的人', '之前可能已经拍错']) await hasText(page, '#stopped', text);
  await page.click('#decide-send');
  await hasText(page, '#decide-answer', '请先选一项');
  assert.equal(await page.isVisible('#decide-from'), false);
  await page.check('#decide-suspect');
  await page.click('#decide-send'); // nothing is settled without a word
  await hasText(page, '#decide-answer', '请写明经过');
  await page.fill('#decide-note', '前一位坐错');
  const { stopped } = await snapshot();
  const from = stopped.at_risk[0]?.number || 'A0004';
  await page.selectOption('#decide-from', from);
  await page.click('#decide-send');
  await eventually('the lane goes on', async () => !(await page.isVisible('#stopped')));
  const after_it = await snapshot();
  assert.equal(after_it.stopped, null);
  assert.equal(await page.inputValue('#decide-note'), '');
});

test('a late round: missed people wait until the desk opens it', async () => {
  await daemon.act('A0004', 'miss');
  await enter(person(3));
  await hasText(page, '#issued', '您已过号');
  await page.click('#late');
  await hasText(page, '#late', '结束过号补拍');
  await hasText(page, '#late-on', '过号补拍中');
  await page.click('#issue');
  await hasText(page, '#issued', 'A0005');
  await page.click('#late');
  await hasText(page, '#late', '开始过号补拍');
  assert.equal((await snapshot()).late_round, false);
});

test('on the list at two levels: the level is asked for and sent', async () => {
  await pay({ ...twice, student_no: '3002' }, { level: 'master' });
  await page.fill('#id-number', '');
  await enter(twice);
  await hasText(page, '#issued', '两个学历层次');
  await page.click('#issued .help-row button:nth-of-type(3)'); // master
  await hasText(page, '#issued', 'A0006');
  const { line } = await snapshot();
  assert.equal(line.find((ticket) => ticket.number === 'A0006').level, 'master');
});

test('class progress: every class, then one class with who is next, missing, unpaid; a payment from there', async () => {
  await view('classes');
  await hasText(page, '#classes', '计算机1班');
  await hasText(page, '#classes', '已拍 1 / 6');
  await page.locator('.class-row', { hasText: '计算机1班' }).click();
  await hasText(page, '#classes .class-next', '应到');
  assert.equal(await page.locator('.member').count(), 6);
  await page.locator('.class-filters button', { hasText: '未取号' }).click();
  const missing = await page.locator('.member').count();
  assert.ok(missing >= 3 && missing < 6, String(missing));
  assert.doesNotMatch(await textOf(page, '#classes'), /9901|\*{6}/, 'no ID number');
  const row = page.locator('.member', { hasText: '2022004' });
  await row.locator('button', { hasText: '缴费' }).click();
  await hasText(page, '#pay-chosen', '2022004');
  await page.selectOption('#pay-state', 'waived');
  await page.fill('#pay-reason', '贫困生');
  await page.click('#pay-send');
  await hasText(page, '#pay-answer', '✓ 已登记：免缴');
  await view('classes');
  await page.locator('.class-filters button', { hasText: '全部' }).click();
  await hasText(page, '#classes', '免缴');
  await page.click('#classes [data-press="class-back"]');
  await page.fill('.class-find', '研究生');
  assert.equal(await page.locator('.class-row').count(), 1);
  await view('door');
});

test('everything in English too', async () => {
  await page.click('[data-switch-language]');
  await view('classes');
  await page.fill('.class-find', '');
  await hasText(page, '#classes', 'photographed');
  await view('payments');
  await hasText(page, '#payment', 'Hand out a payment card');
  await view('door');
  await hasText(page, '#line', 'Act');
  await page.click('[data-switch-language]');
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
