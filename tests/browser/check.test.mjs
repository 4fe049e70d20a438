// The queue-tail check's page: a code typed by a keyboard-type scanner or read by a scanner of its own, judged in both
// languages, readable from two metres, and no number issued.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Browser, Daemon, SLOW_MS, TAKEN_FOR_A_HAND, burst, eventually, hasText, live, person, textOf } from './daemon.mjs';

let daemon;
let browser;
let page;
let posts = 0;
before(async () => {
  daemon = await Daemon.start();
  const made = await daemon.tool('token', 'create', '--role', 'check', '--lane', 'A', '--json');
  daemon.tokens.check = JSON.parse(made).token;
  browser = await Browser.start();
  page = await browser.open(daemon, 'check');
  page.on('request', (request) => { if (request.method() === 'POST') posts += 1; });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

const kind = () => page.locator('#verdict').getAttribute('data-kind');
const judged = (what) => eventually(`the page says ${what}`, async () => (await kind()) === what);
// As a keyboard-type scanner does: keys without any focus given, then Enter.
async function scan(text, ending = 'Enter', on = page) {
  for (let slow = true; slow;) {
    const before = posts;
    // who is so slow is taken for a hand, and nothing was sent; then people scan again
    slow = await burst(on, text, ending) > SLOW_MS && posts === before && TAKEN_FOR_A_HAND.test(await textOf(on, '#message'));
    if (slow) await page.waitForTimeout(350);
  }
}
const issued = async () => (await daemon.snapshot()).counts.issued;

test('it invites in both languages', async () => {
  await judged('invite');
  assert.match(await textOf(page, '#verdict'), /请在此扫采集码[^]*Scan your code here/);
  assert.equal(new URL(page.url()).hash, '');
});

test('a good code: stay in line; the field is empty again and no number is issued', async () => {
  await scan('an opaque capture code of a test');
  await judged('accepted');
  assert.match(await textOf(page, '#verdict'), /可以，请继续排队[^]*Stay in line/);
  assert.equal(await page.inputValue('#scan'), '');
  assert.equal((await page.content()).includes('opaque'), false);
  assert.equal(await issued(), 0);
});

test('the words are large enough for two metres', async () => {
  const height = await page.locator('#title').evaluate((node) => parseFloat(getComputedStyle(node).fontSize) / innerHeight);
  assert.ok(height > 0.09, `the title takes ${height} of the height`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
});

test('what is typed is not shown to those who look on', async () => {
  assert.equal(await page.locator('#scan').evaluate((node) => getComputedStyle(node).webkitTextSecurity), 'disc');
});

test('a scanner that ends with a tab', async () => {
  await page.focus('#scan');
  await scan('an opaque capture code of another', 'Tab');
  await judged('accepted');
});

test('a link, a short code: accepted by the desk, but look at it first', async () => {
  await scan('https://example.edu.cn/login');
  await judged('doubt');
  assert.match(await textOf(page, '#advice'), /网页链接或付款码/);
  await scan('12345');
  await hasText(page, '#advice', '原图');
  assert.equal(await kind(), 'doubt');
});

test('empty and overlong scans, wrong ID numbers: why, and what to do', async () => {
  await page.focus('#scan');
  await page.waitForTimeout(350); // not the second ending of the scan before
  await page.keyboard.press('Enter');
  await judged('refused');
  await hasText(page, '#advice', '亮度');
  await page.locator('#scan').fill('x'.repeat(3000));
  await page.keyboard.press('Enter');
  await hasText(page, '#advice', '不是采集码');
  const { id_number: number } = person(1);
  await scan(number.slice(0, 17) + (number[17] === '1' ? '2' : '1'));
  await hasText(page, '#message', '身份证号码有误');
  await scan(number);
  await judged('accepted');
});

test('somebody who has a number sees which; somebody photographed is told so', async () => {
  const who = person(2);
  assert.equal(await daemon.checkIn(who), 'A0001');
  await scan(who.id_number);
  await judged('already');
  assert.equal(await textOf(page, '#number'), 'A0001');
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'shot');
  await scan(who.id_number);
  await judged('refused');
  await hasText(page, '#message', '已拍摄完成');
  assert.equal((await page.content()).includes(who.id_number), false);
});

test('what is typed by hand is checked only when it is an ID number; half a scan is not checked', async () => {
  const asked = [];
  const listen = (request) => { if (request.method() === 'POST') asked.push(request.postDataJSON()); };
  page.on('request', listen);
  const { id_number: number } = person(3);
  await page.focus('#scan');
  await burst(page, number.slice(0, 9));
  await page.waitForTimeout(400);
  await burst(page, number.slice(9));
  await page.waitForTimeout(400);
  await page.click('#form button[type=submit]');
  await judged('accepted');
  assert.deepEqual(asked, [{ medium: 'manual', id_number: number }]);
  await burst(page, 'half of a co');
  await page.waitForTimeout(500);
  await burst(page, 'de', 'Enter');
  await judged('refused');
  await hasText(page, '#message', '像是手打的');
  await hasText(page, '#advice', '手输只收身份证号');
  await burst(page, 'the first part');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await hasText(page, '#message', '没有扫完整');
  assert.equal(asked.length, 1);
  await page.waitForTimeout(350);
  let scans = 1; // of a scanner that ends twice, in one breath
  while (await burst(page, 'an opaque capture code of a test', 'Enter', 2) > SLOW_MS) { scans += 1; await page.waitForTimeout(350); }
  await judged('accepted');
  await page.waitForTimeout(100);
  assert.ok(await kind() === 'accepted' && asked.length > 1 && asked.length <= 1 + scans, `${asked.length}`);
  assert.equal(asked[1].medium, 'scan');
  page.off('request', listen);
});

test('an input method is told to be switched off', async () => {
  await page.focus('#scan');
  await page.evaluate(() => {
    const field = document.querySelector('#scan');
    field.value = 'ni hao';
    field.dispatchEvent(new InputEvent('input', { isComposing: true, inputType: 'insertCompositionText' }));
  });
  await page.keyboard.press('Enter');
  await judged('refused');
  await hasText(page, '#message', '输入法');
});

test('two scans of the same code agree; a code that changes is found out', async () => {
  await scan('an opaque capture code that stays');
  await judged('accepted');
  await page.click('#again');
  await judged('again');
  await scan('an opaque capture code that stays');
  await hasText(page, '#message', '两次扫到的一致');
  await page.click('#again');
  await scan('an opaque capture code that moved');
  await judged('refused');
  await hasText(page, '#title', '两次扫到的不一样');
  await hasText(page, '#message', '动态码');
});

test('the other language', async () => {
  await page.click('[data-switch-language]');
  await scan('an opaque capture code of a test');
  await hasText(page, '#title', 'Good. Stay in line');
  await hasText(page, '#title-other', '可以，请继续排队');
  await page.click('[data-switch-language]');
});

test('the session closes: the page says so before anybody scans, and when somebody does', async () => {
  await daemon.api('POST', '/lanes/A/session', { state: 'closed' });
  await hasText(page, '#session', '未开放取号');
  await scan('an opaque capture code of a test');
  await judged('refused');
  await hasText(page, '#advice', '原地等候');
  assert.equal(await issued(), 1);
});

test('no text of the page is missing, and each stands in the document as in the table', async () => {
  const wrong = await page.evaluate(async () => {
    const { WORDS } = await import('/shared/core.js');
    const { CHECK_WORDS } = await import('/check/words.js');
    const words = { ...WORDS, ...CHECK_WORDS };
    const bad = Object.entries(CHECK_WORDS).filter(([, pair]) => pair.length !== 2 || !pair[0] || !pair[1]).map(([key]) => key);
    const there = new DOMParser().parseFromString(await (await fetch('/check/')).text(), 'text/html');
    for (const node of there.querySelectorAll('[data-word], [data-other]')) {
      for (const [key, index] of [[node.dataset.word, 0], [node.dataset.other, 1]]) {
        if (key && (!words[key] || node.textContent !== words[key][index])) bad.push(`${key}: ${node.textContent}`);
      }
    }
    return bad;
  });
  assert.deepEqual(wrong, []);
});

test('hostile text stays text', async () => {
  const evil = '<img src=x onerror="document.title=\'evil\'">';
  const words = { zh: evil, en: evil };
  const device = await browser.device();
  await device.route('**/check', (route) => route.fulfill({
    contentType: 'application/json', body: JSON.stringify({ verdict: 'already', code: evil, number: evil, message: words, advice: words, tag: evil, at: evil }),
  }));
  await device.goto(`${daemon.origin}/check/?lane=A#token=${daemon.tokens.check}`);
  await live(device);
  await scan('an opaque capture code of a test', 'Enter', device);
  await hasText(device, '#number', '<img');
  assert.equal(await device.locator('img').count(), 0);
  assert.doesNotMatch(await device.title(), /evil/);
  await device.context().close();
});

test('on a phone nothing is cut off', async () => {
  const phone = await browser.device({ size: { width: 360, height: 740 } });
  await phone.goto(`${daemon.origin}/check/?lane=A#token=${daemon.tokens.check}`);
  await live(phone);
  assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  for (const button of await phone.locator('button').all()) assert.ok((await button.boundingBox()).height >= 48);
  await phone.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing (${colorScheme})`, async () => {
    const device = await browser.device({ colorScheme, bypassCSP: true });
    await device.goto(`${daemon.origin}/check/?lane=A#token=${daemon.tokens.check}`);
    await live(device);
    await device.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    for (const text of ['', 'https://example.edu.cn/', 'an opaque capture code of a test']) {
      if (text) await scan(text, 'Enter', device);
      await eventually('judged', async () => !text || !['invite', 'closed'].includes(await device.locator('#verdict').getAttribute('data-kind')));
      const found = await device.evaluate(async () => (await globalThis.axe.run()).violations.map((each) => `${each.id}: ${each.nodes[0].html}`));
      assert.deepEqual(found, [], text);
    }
    await device.context().close();
  });
}

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
