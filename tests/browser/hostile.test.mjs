// What strangers wrote, everywhere it can be written, on every page: it is shown as text or not at all, and nothing of it runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Browser, Daemon, eventually, hasText, live, person,
} from './daemon.mjs';

const EVIL = [
  '<script>window.pwned=1</script>', '"><img src=x onerror=window.pwned=1>', "=cmd|'/C calc'!A0", "'-window.pwned=1-'",
  '{{pwned}}${pwned}', '𠮷🎓e\u0301', '</textarea><b>x',
];
const TURNED = '张\u202e三'; // the reading direction is turned round by what is not seen
let daemon;
let browser;
let numbers;
before(async () => {
  const field = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = EVIL.map((text, i) => `${field(`20220${i}`)},${person(i + 1).id_number},${field(text)},${field(`院${text}`)},${field(`班${text}`)},本科`);
  rows.push(`2022099,${person(99).id_number},${field(TURNED)},院,班,本科`);
  const people = `学号,身份证号,姓名,学院,班级,层次\n${rows.join('\n')}\n`;
  [daemon, browser] = await Promise.all([
    Daemon.start({ room: '<script>window.pwned=1</script>', rules: 'payment = "prepaid"\npayment_gate = "warn"\n', lists: { people } }), Browser.start()]);
  numbers = [];
  for (const [i, text] of EVIL.entries()) numbers.push(await daemon.checkIn(person(i + 1, text)));
  const done = async (verb, at, body) => assert.equal((await daemon.act(numbers[at], verb, body)).status, 200, `${verb} ${at}`);
  await done('call', 0);
  await done('miss', 0, { reason: EVIL[0] });
  await done('call', 1);
  await done('void', 2, { reason: EVIL[1] });
  for (const name of EVIL) {
    const { status } = await daemon.api('POST', '/tokens', { role: 'display', once: true, name }, 'whole');
    assert.equal(status, 201, name);
  }
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

async function open(address, options = {}) {
  const page = await browser.device({ expects: /status of (400|401|404|422)/, ...options });
  page.on('dialog', (dialog) => { browser.complaints.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(`${daemon.origin}${address}`);
  return page;
}
async function inert(page, what) {
  await page.waitForTimeout(250);
  const found = await page.evaluate(() => ({
    ran: window.pwned, parts: document.querySelectorAll('img, b, iframe, script:not([src])').length,
    title: document.title, turned: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent), wide: document.documentElement.scrollWidth > innerWidth + 1,
  }));
  assert.deepEqual([found.ran, found.parts, found.turned], [undefined, 0, false], `${what}: ${JSON.stringify(found)}`);
  return page.evaluate(() => document.body.textContent);
}

test('a name that turns the line round gets in nowhere', async () => {
  const { status, data } = await daemon.api('POST', '/lanes/A/tickets', person(98, TURNED));
  assert.deepEqual([status, data.code], [400, 'bad-request']);
  const units = (await daemon.api('GET', '/units', undefined, 'whole')).data;
  for (const unit of units) {
    const members = (await daemon.api('GET', `/units/${unit.id}`, undefined, 'whole')).data;
    assert.doesNotMatch(JSON.stringify(members), /[\u202a-\u202e]|\\u202e/);
  }
});

for (const name of ['photographer', 'marshal', 'display']) {
  test(`${name}: text`, async () => {
    const page = await open(`/${name}/?lane=A#token=${daemon.tokens[name]}`);
    await live(page);
    const text = await inert(page, name);
    if (name !== 'display') assert.match(text, /<script>window\.pwned=1<\/script>/, 'the room, as it was written');
    await page.close();
  });
}

test('liaison: every class is text', async () => {
  const page = await open(`/liaison/#token=${daemon.tokens.whole}`);
  await eventually('classes', async () => /班<script>/.test(await page.locator('body').textContent()));
  await inert(page, 'liaison');
  await page.close();
});

test('the other pages', async () => {
  for (const address of [`/check/?lane=A#token=${daemon.tokens.marshal}`, `/#token=${daemon.tokens.whole}`,
    '/pair/?why=<script>window.pwned=1</script>&to=javascript:window.pwned=1&lane="><img src=x>', '/pair/#token=<img src=x onerror=window.pwned=1>',
    '/photographer/?lane=<script>window.pwned=1</script>']) {
    const page = await open(address);
    if (address.startsWith('/photographer/')) await page.waitForURL('**/pair/**'); // without a token
    await inert(page, address);
    await page.close();
  }
});

test('every part of the office', async () => {
  const page = await open(`/office/#token=${daemon.tokens.whole}`);
  await live(page);
  const views = await page.locator('[data-to-view]').evaluateAll((list) => list.map((node) => node.dataset.toView));
  assert.ok(views.includes('devices') && views.includes('classes'));
  for (const view of views) {
    await page.click(`[data-to-view="${view}"]`);
    if (view === 'devices') {
      await hasText(page, '#devices', EVIL[1]);
      await hasText(page, '#devices', EVIL[0]);
    }
    if (view === 'classes') await hasText(page, '#classes', '班<script>window.pwned=1</script>');
    await inert(page, view);
    await page.click('[data-switch-language]');
    await inert(page, `${view}, the other language`);
    await page.click('[data-switch-language]');
  }
  await page.click('[data-to-view="sessions"]');
  await page.locator('#sessions button').click(); // and the list of who is still open at the close
  await page.locator('#sessions button').click();
  await page.waitForTimeout(300);
  await inert(page, 'the close');
  await page.close();
});

test('a pairing link with something else behind the hash is refused in words', async () => {
  for (const hash of ['#token=%3Cscript%3E', '#token=', '#token=%E0%A4%A', `#token=${'A'.repeat(5000)}`]) {
    const page = await open(`/pair/${hash}`);
    await page.locator('#form').waitFor();
    await inert(page, hash);
    await page.close();
  }
});

test('nothing was refused by the policy, because nothing tried', () => assert.deepEqual(browser.complaints, []));
