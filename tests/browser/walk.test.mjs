// A day, person by person, as the user guide in README.md tells it: each step by the button that it names. PICTURES=FOLDER
// in the environment also takes a picture of every page on the way, to be looked at by a person.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Browser, BUILD, Daemon, LOSS, PATIENCE, eventually, hasText, live, pause, settled, textOf } from './daemon.mjs';
import { Emulator } from './emulator.mjs';

const run = promisify(execFile);
const EXPECTED = new RegExp(`${LOSS.source}|status of (409|422)`);
const TABLET = { width: 1024, height: 768 };
const PHONE = { width: 360, height: 740 };
const TV = { width: 1920, height: 1080 };
const RULES = `payment = "token"
fee = "15.00"
payment_gate = "refuse"
outsiders = "refuse"
overrides = "marshal"
order = "hint"
missed = "session-end"
spoken_check = true
line_limit = 6
`;
const CLASSES = { 计算机2101班: 5, 软件工程2102班: 4 };
let emulator;
let daemon;
let browser;
let office;
let photographer;
let marshal;
let display;
let liaison;
const people = [];

before(async () => {
  emulator = await Emulator.start();
  [daemon, browser] = await Promise.all([
    Daemon.start({ open: false, rules: RULES, lines: [`reader "door" { driver = "sam" device = "serial:${emulator.folder}/door" }`] }), Browser.start()]);
  for (let n = 1; n <= 9; n += 1) people.push(await emulator.say(`person ${n} 0`));
});
after(async () => { await browser?.stop(); await daemon?.stop(); await emulator?.stop(); });

// A step stands on those before it.
let hasFailed = false;
const step = (name, body) => test(name, async (context) => {
  if (hasFailed) { context.skip('a step before this one failed'); return; }
  hasFailed = true;
  await body();
  hasFailed = false;
});

const pictures = process.env.PICTURES;
async function picture(page, name) {
  if (!pictures) return;
  await mkdir(pictures, { recursive: true });
  await pause(300);
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}
const view = (page, name) => page.click(`[data-to-view="${name}"]`);
const button = (page, text) => page.locator('button:visible', { hasText: text }).first();
const stateOf = (number) => daemon.stateOf(number);
const becomes = (number, state) => eventually(`${number} is ${state}`, async () => (await stateOf(number)) === state);

// What the office does for each device: the code on its screen, as a camera reads it, opened on that device.
async function pair(role, lane, name, size) {
  await view(office, 'devices');
  await office.selectOption('#device-role', role);
  await office.selectOption('#device-lane', lane);
  await office.fill('#device-name', name);
  await office.click('#device-make');
  await office.locator('#device-code .qr').waitFor();
  const file = path.join(daemon.folder, 'screen.png');
  await writeFile(file, await office.locator('#device-code .qr').screenshot());
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file]);
  if (role === 'photographer') await picture(office, 'office-devices');
  const page = await browser.device({ size, expects: EXPECTED });
  await page.goto(stdout.trim());
  await page.waitForURL(`**/${role}/**`);
  await live(page);
  await hasText(office, '#device-code', '已配对');
  return page;
}

async function tap(n) {
  await emulator.say(`tap door person ${n} 0`);
  await pause(700);
}

step('the person in charge: the list, the session, the devices', async () => {
  office = await browser.device({ size: { width: 1280, height: 800 }, expects: EXPECTED });
  const link = await daemon.tool('token', 'create', '--role', 'office', '--name', 'office laptop', '--once', '--json');
  await office.goto(`${daemon.origin}/office/#token=${JSON.parse(link).token}`);
  await office.locator('html[data-link="live"]').waitFor({ state: 'attached' });
  await view(office, 'lists');
  const file = path.join(daemon.folder, 'people.csv');
  const units = Object.entries(CLASSES).flatMap(([unit, count]) => Array(count).fill(unit));
  await writeFile(file, `学号,身份证号,姓名,学院,班级,层次\n${people.map((who, at) => `${2022001 + at},${who.id_number},${who.name},信息学院,${units[at]},本科\n`).join('')}`);
  await office.setInputFiles('#list-file', file);
  await button(office, '预览').click();
  await hasText(office, '#list-answer', '已读取');
  await picture(office, 'office-lists');
  await button(office, '存入').click();
  await eventually('the list is stored', async () => (await daemon.api('GET', '/units')).data.length >= 2);
  await view(office, 'sessions');
  await button(office, '开始取号').click();
  await hasText(office, '#sessions', '停止取号');
  await picture(office, 'office-sessions');
  photographer = await pair('photographer', 'A', 'A 机位摄影师平板', TABLET);
  marshal = await pair('marshal', '', '门口平板', TABLET);
  display = await pair('display', '', '大厅电视', TV);
  liaison = await pair('liaison', '', '班长手机', PHONE);
  await picture(photographer, 'photographer-empty');
});

step('the liaison: the class, the roll call', async () => {
  await liaison.locator('.class-row', { hasText: '计算机2101班' }).click();
  await button(liaison, '全班到齐').click();
  await button(liaison, '再按一次').click();
  await eventually('all are here', async () => (await daemon.api('GET', '/units')).data.find((each) => each.name === '计算机2101班').present === 5);
});

step('the marshal: payments with their cards', async () => {
  await view(marshal, 'payments');
  for (const n of [1, 2, 3, 4, 5, 6, 7]) {
    await marshal.fill('#pay-id', people[n - 1].id_number);
    await marshal.fill('#pay-name', people[n - 1].name);
    await marshal.click('#pay-send');
    await hasText(marshal, '#pay-answer', '已登记：已缴');
  }
  await picture(marshal, 'marshal-payments');
  await view(marshal, 'door');
});

step('the student: a tap, one number in both languages; unpaid: told why', async () => {
  await button(marshal, '门口屏').click();
  await picture(marshal, 'sign-invite');
  await tap(1);
  await hasText(marshal, '#sign-number', 'A0001');
  assert.match(await textOf(marshal, '#sign'), /您的拍摄号[^]*Your number/);
  await picture(marshal, 'sign-number');
  await pause(2300);
  await tap(1);
  await hasText(marshal, '#sign', '您已有号码');
  for (const n of [2, 3]) await tap(n);
  await tap(8);
  await hasText(marshal, '#sign', '尚未缴费');
  await hasText(marshal, '#sign', 'Not paid yet');
  await picture(marshal, 'sign-refused');
  await button(marshal, '退出门口屏').click();
  await hasText(marshal, '#line', 'A0003');
});

step('the marshal: let through with a reason, from the door’s message', async () => {
  await button(marshal, '特批发号').click();
  await picture(marshal, 'marshal-override');
  await button(marshal, '有缴费凭证').click();
  await hasText(marshal, '#line', 'A0004');
  await marshal.fill('#id-number', people[3].id_number);
  await marshal.fill('#name', people[3].name);
  await marshal.click('#issue');
  await hasText(marshal, '#line', 'A0005');
  await picture(marshal, 'marshal-line');
  await picture(display, 'display-ready');
  await picture(photographer, 'photographer-ready');
});

step('the photographer: call, the spoken number, the shot with its card', async () => {
  await settled(photographer);
  await button(photographer, '叫号').click();
  await hasText(photographer, '#label', '请同学报号');
  await settled(photographer);
  await picture(photographer, 'photographer-unsaid');
  await hasText(display, 'body', 'A0001');
  await settled(photographer);
  await button(photographer, '报号相符').click();
  await hasText(photographer, '#confirm', '报号已核对');
  await settled(photographer);
  await picture(photographer, 'photographer-confirmed');
  await picture(display, 'display-called');
  await settled(photographer);
  await button(photographer, '收卡 · 已拍').click();
  await becomes('A0001', 'shot');
  await hasText(photographer, '#number', 'A0002');
});

step('the photographer: a shot tapped by mistake is taken back', async () => {
  await button(photographer, '撤销 A0001').click();
  await becomes('A0001', 'called');
  await hasText(photographer, '#answer', '已撤销');
  await picture(photographer, 'photographer-undone');
  await hasText(photographer, '#confirm', '报号已核对');
  await settled(photographer);
  await button(photographer, '收卡 · 已拍 A0001').click();
  await becomes('A0001', 'shot');
});

step('the photographer: missed, and a number without a photograph', async () => {
  await hasText(photographer, '#number', 'A0002');
  await settled(photographer);
  await button(photographer, '过号').click();
  await becomes('A0002', 'missed');
  await settled(photographer);
  await button(photographer, '报号不符').waitFor();
  await button(photographer, '作废').click();
  await picture(photographer, 'photographer-void');
  await button(photographer, '本人放弃拍摄').click();
  await becomes('A0003', 'void');
  await hasText(photographer, '#number', 'A0004');
  await picture(display, 'display-missed');
});

step('the photographer: another frame of the number before', async () => {
  await settled(photographer);
  await button(photographer, '重拍').click();
  await button(photographer, '再按一次').click();
  await hasText(photographer, '#number', 'A0001');
  await picture(photographer, 'photographer-retake');
  await settled(photographer);
  await button(photographer, '报号相符').click();
  await hasText(photographer, '#confirm', '报号已核对');
  await settled(photographer);
  await button(photographer, '已拍 A0001').click();
  await hasText(photographer, '#number', 'A0004');
});

step('a wrong number is said: everything stops, the marshal settles it', async () => {
  await settled(photographer);
  await button(photographer, '报号不符').click();
  await photographer.locator('#stop').waitFor();
  await picture(photographer, 'photographer-stop');
  await marshal.locator('#stopped').waitFor();
  await picture(marshal, 'marshal-stopped');
  await picture(display, 'display-stopped');
  await marshal.check('#decide-order-right');
  await marshal.fill('#decide-note', '看错一位');
  await button(marshal, '按所选处理，恢复拍摄').click();
  await eventually('it goes on', async () => !(await photographer.isVisible('#stop')));
});

step('the photographer without a network: taps are kept and sent', async () => {
  await hasText(photographer, '#number', 'A0004');
  await settled(photographer);
  await button(photographer, '报号相符').click();
  await hasText(photographer, '#confirm', '报号已核对');
  await daemon.down();
  await photographer.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 9000 * PATIENCE });
  await settled(photographer);
  await button(photographer, '已拍 A0004').click();
  await hasText(photographer, '#number', 'A0005');
  await settled(photographer);
  await picture(photographer, 'photographer-lost');
  const tall = await photographer.locator('#number').evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
  assert.ok(tall >= 90, `the number stays large without a network, too: ${tall} px`);
  await picture(display, 'display-lost');
  await daemon.up();
  await live(photographer);
  await becomes('A0004', 'shot');
  await hasText(photographer, '#number', 'A0005');
  await settled(photographer);
  await button(photographer, '报号相符').click();
  await hasText(photographer, '#confirm', '报号已核对');
  await settled(photographer);
  await button(photographer, '没交卡，仍已拍').click();
  await becomes('A0005', 'shot');
});

step('the marshal: a late round for the one who was missed; the photographer takes the last ones', async () => {
  await live(marshal);
  await pause(2300);
  await eventually('the reader is ready', async () => /就绪/.test(await textOf(marshal, '#readers')), 12000);
  await tap(2);
  await hasText(marshal, '#door-latest', '您已过号');
  await button(marshal, '开始过号补拍').click();
  await hasText(marshal, '#late', '结束过号补拍');
  await pause(2300);
  await tap(2);
  await hasText(marshal, '#line', 'A0006');
  await button(marshal, '结束过号补拍').click();
  for (const n of [5, 6]) await tap(n);
  await picture(display, 'display-last');
  for (const number of ['A0006', 'A0007', 'A0008']) {
    await settled(photographer);
    const isCalled = (await stateOf(number)) === 'called';
    if (!isCalled) { await button(photographer, '叫号').click(); await settled(photographer); }
    await hasText(photographer, '#number', number);
    await settled(photographer);
    await button(photographer, '报号相符').click();
    await hasText(photographer, '#confirm', '报号已核对');
    await settled(photographer);
    await button(photographer, '收卡 · 已拍').click();
    await becomes(number, 'shot');
  }
  await picture(liaison, 'liaison-class');
  await view(marshal, 'classes');
  await picture(marshal, 'marshal-classes');
});

step('the person in charge: the ledger is signed, the session closes', async () => {
  await view(office, 'figures');
  await picture(office, 'office-figures');
  await view(office, 'sessions');
  await button(office, '结束活动').click();
  await button(office, '再按一次').click();
  await hasText(office, '#close-report', '活动没有结束：台账未平');
  await button(office, '去台账签认').click();
  await hasText(office, '#ledger-state', '还有 8 项未平');
  await picture(office, 'office-ledger');
  for (const [kind, reason] of Object.entries({ 人员: '本人放弃', 缴费: '凭证已看，班级补交', 缴费拍摄卡: '卡由班长收回' })) {
    const card = office.locator('#ledger-of-event .ledger-line', { has: office.locator('h4', { hasText: `${kind} · 整个活动` }) });
    await card.locator('input[type="text"]').fill(reason);
    await card.locator('input[type="checkbox"]').check();
    await card.locator('button').click();
    await eventually(`${kind} is signed`, async () => (await card.innerText()).includes('已签认'));
  }
  await hasText(office, '#ledger-state', '各项都已平账或签认');
  await view(office, 'sessions');
  await button(office, '停止取号').click();
  await button(office, '再按一次').click();
  await hasText(office, '#close-report', '没有遗留');
  await button(office, '结束活动').click();
  await button(office, '再按一次').click();
  await hasText(office, '#event-answer', '活动已结束');
  await picture(office, 'office-closed');
  await hasText(photographer, '#alarm', '活动已结束');
});

let agency;
step('the person in charge: both packages, the passphrase written down', async () => {
  await view(office, 'handover');
  await button(office, '生成交接包').click();
  await hasText(office, '.handover-job', '已完成', 15000);
  const passphrase = (await textOf(office, '.handover-passphrase')).trim();
  await picture(office, 'office-handover');
  await writeFile(path.join(daemon.folder, 'word'), `${passphrase}\n`);
  const [download] = await Promise.all([office.waitForEvent('download'), office.click('.handover-job a.button')]);
  agency = path.join(daemon.folder, download.suggestedFilename());
  await download.saveAs(agency);
  await button(office, '已抄好，不再显示').click();
  await eventually('it is gone', async () => (await office.locator('.handover-passphrase').count()) === 0);
});

const stick = () => path.join(daemon.folder, 'stick');
step('the crew chief: verifies what was received; it names nobody', async () => {
  assert.match(await daemon.tool('handover', 'verify', agency, '--passphrase-file', path.join(daemon.folder, 'word')), /sound/);
  await writeFile(path.join(daemon.folder, 'wrong'), 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA\n');
  await assert.rejects(daemon.tool('handover', 'verify', agency, '--passphrase-file', path.join(daemon.folder, 'wrong')), /passphrase/);
});

step('the school: a folder on a stick, numbers and students, absentees', async () => {
  await mkdir(stick());
  await daemon.tool('handover', 'school', '--output', stick());
  const [name] = await readdir(stick());
  const folder = path.join(stick(), name);
  assert.match(await daemon.tool('handover', 'verify', folder), /sound/);
  const rows = await readFile(path.join(folder, 'numbers.csv'), 'utf8');
  assert.ok(rows.includes(people[1].name) && rows.includes('A0006'));
  assert.ok((await readFile(path.join(folder, 'letters.html'), 'utf8')).includes(people[8].name), 'an absentee has a letter');
});

// The tool on another computer: a data folder of its own.
async function elsewhere(name) {
  const config = path.join(daemon.folder, `${name}.conf`);
  await writeFile(config, (await readFile(daemon.config, 'utf8')).replace(`${daemon.folder}/data`, `${daemon.folder}/${name}`));
  return async (...args) => (await run(path.join(BUILD, 'paihao'), ['--config', config, ...args])).stdout;
}

step('afterwards: backup, merge, everything personal destroyed; another computer has the backup', async () => {
  const backup = path.join(stick(), 'event.db');
  await daemon.tool('backup', '--output', backup);
  const key = path.join(daemon.folder, 'secret.key');
  await copyFile(path.join(daemon.folder, 'data', 'secret.key'), key);
  const campus = await elsewhere('campus');
  await campus('event', 'create', '--name', 'Other campus');
  const merged = await campus('merge', backup, path.join(daemon.folder, 'campus'), '--key', key, '--key', path.join(daemon.folder, 'campus', 'secret.key'), '--kind', 'agency', '--output', stick());
  assert.match(merged, /agency/);
  assert.match(await daemon.tool('journal', 'verify'), /sound/);
  const certificate = path.join(daemon.folder, 'certificate.html');
  await daemon.tool('purge', '--certificate', certificate, '--yes');
  assert.match(await readFile(certificate, 'utf8'), /销毁/);
  assert.match(await daemon.tool('journal', 'verify'), /sound/);
  const raw = await readFile(path.join(daemon.folder, 'data', 'event.db'));
  for (const who of people) for (const text of [who.name, who.id_number]) assert.equal(raw.includes(text), false);
  const other = await elsewhere('other');
  assert.match(await other('restore', backup, '--key', key), /A0008/);
});
