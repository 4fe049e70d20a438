// The glass of a day with rules: it fits, axe finds nothing, hostile text stays text, and everybody at two metres sees it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './axe.mjs';
import { Browser, Daemon, eventually, hasText, live, person, roster, settled } from './daemon.mjs';

const SIZES = { phone: { width: 390, height: 844 }, old: { width: 1024, height: 600 }, tablet: { width: 1280, height: 800 }, tv: { width: 1920, height: 1080 } };
const HOSTILE = '<img src=x onerror=alert(1)>=cmd()';
const RULES = `payment = "token"\nfee = "15.00"\npayment_gate = "warn"\norder = "alarm"\nspoken_check = true\nmissed = "session-end"\nline_limit = 6\n`;
let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ rules: RULES, lists: { people: roster({ 计算机科学与技术专业2101班: 8, '"<b>=班"': 2 }) } }), Browser.start(),
  ]);
  for (let n = 1; n <= 6; n += 1) {
    await daemon.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', card: true });
    await daemon.checkIn(person(n));
  }
  await daemon.act('A0001', 'call');
  await daemon.api('POST', '/lanes/A/tickets/A0006/void', { reason: HOSTILE }, 'marshal');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const go = async (kind, options = {}) => {
  if (kind === 'photographer' || kind === 'marshal') return browser.open(daemon, kind, options);
  const page = await browser.device(options);
  await page.goto(`${daemon.origin}/${kind}/#token=${kind === 'office' ? daemon.tokens.whole : daemon.tokens[kind]}`);
  await live(page);
  return page;
};

// What sticks out of the window, is covered, or is too small for a finger.
const misfits = (page, scrolls) => page.evaluate((mayScroll) => {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} wide`);
  if (!mayScroll && document.documentElement.scrollHeight > innerHeight) wrong.push(`${document.documentElement.scrollHeight} high`);
  for (const node of document.querySelectorAll('button, a.button, input, select, .hero, .stop')) {
    if (node.closest('.file-row') && node.matches('input')) continue; // its label is the button
    const box = node.getBoundingClientRect();
    if (!box.width || node.closest('[inert]')) continue;
    const name = node.id || node.textContent.trim().slice(0, 20);
    if (box.width < 48 || box.height < 48) wrong.push(`${name} is ${Math.round(box.width)} x ${Math.round(box.height)}`);
    if (box.left < -1 || box.right > innerWidth + 1) wrong.push(`${name} sticks out sideways`);
    if (!mayScroll && (box.top < -1 || box.bottom > innerHeight + 1)) wrong.push(`${name} sticks out below`);
  }
  const hero = document.querySelector('.hero');
  if (hero && !mayScroll) for (const node of hero.children) {
    const [inner, outer] = [node.getBoundingClientRect(), hero.getBoundingClientRect()];
    if (inner.bottom > outer.bottom + 1) wrong.push(`${node.className} leaves the hero`);
  }
  return wrong;
}, scrolls);

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`the spoken check, a card and a foreign void fit a ${size}; the number stays large`, async () => {
    const page = await go('photographer', { size: viewport });
    for (let language = 0; language < 2; language += 1) {
      await settled(page);
      assert.deepEqual(await misfits(page, false), []);
      const share = await page.$eval('#number', (node) => node.getBoundingClientRect().height / innerHeight);
      assert.ok(share > 0.08, `the number is ${share} of the height`);
      await page.click('[data-switch-language]');
    }
    await close(page);
  });
}

test('a stop fills every glass and fits it, as the lane stops and as it goes on', async () => {
  await daemon.act('A0001', 'confirm');
  await daemon.act('A0001', 'shot', { advance: true, card: true });
  await daemon.act('A0002', 'mismatch');
  for (const viewport of Object.values(SIZES)) {
    const page = await go('photographer', { size: viewport });
    await page.locator('#stop').waitFor();
    const fits = await page.$eval('#stop', (node) => node.scrollHeight <= node.clientHeight + 1 && node.scrollWidth <= node.clientWidth + 1);
    assert.ok(fits, `${viewport.width}`);
    const share = await page.$eval('.stop-title', (node) => node.getBoundingClientRect().height / innerHeight);
    assert.ok(share > 0.06, `the word is ${share} of the height`);
    await close(page);
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on the pages of such a day (${colorScheme})`, async () => {
    const options = { colorScheme, bypassCSP: true, size: SIZES.tablet, expects: /status of (404|409|422)/ };
    const photographer = await go('photographer', options);
    await photographer.locator('#stop').waitFor();
    await inspect(photographer, 'stop');
    const marshal = await go('marshal', options);
    await marshal.locator('#stopped').waitFor();
    await inspect(marshal, 'stopped');
    await marshal.locator('[data-act]').first().click();
    await inspect(marshal, 'the menu of a number');
    await marshal.click('#act-cancel');
    for (const view of ['classes', 'payments']) {
      await marshal.click(`[data-to-view="${view}"]`);
      if (view === 'classes') await marshal.locator('.class-row').first().click();
      if (view === 'classes') await marshal.locator('.member').first().waitFor();
      await inspect(marshal, view);
    }
    const liaison = await go('liaison', options);
    await liaison.locator('.class-row').first().waitFor();
    await inspect(liaison, 'liaison');
    const office = await go('office', options);
    for (const view of ['sessions', 'profile', 'lists', 'schedule', 'classes', 'figures']) {
      await office.click(`[data-to-view="${view}"]`);
      await office.waitForTimeout(300);
      await inspect(office, view);
    }
    await close(photographer, marshal, liaison, office);
  });
}

test('after the decision axe finds nothing on the spoken check either', async () => {
  await daemon.api('POST', '/lanes/A/resolve', { decision: 'put-right', reason: HOSTILE }, 'marshal');
  for (const colorScheme of ['light', 'dark']) {
    const page = await go('photographer', { colorScheme, bypassCSP: true });
    await page.locator('#confirm').waitFor();
    await settled(page);
    await inspect(page, colorScheme);
    await close(page);
  }
});

for (const kind of ['marshal', 'liaison', 'office']) {
  test(`${kind} fits a phone and a tablet in every view`, async () => {
    for (const viewport of [SIZES.phone, SIZES.tablet]) {
      const page = await go(kind, { size: viewport, expects: /status of 404/ });
      const views = await page.locator('[data-to-view]:visible').evaluateAll((nodes) => nodes.map((node) => node.dataset.toView));
      for (const view of views.length ? views : ['']) {
        if (view) await page.click(`[data-to-view="${view}"]`);
        await page.waitForTimeout(200);
        assert.deepEqual(await misfits(page, true), [], `${view} ${viewport.width}`);
      }
      await close(page);
    }
  });
}

test('hostile text is text on every new page', async () => {
  const asked = [];
  for (const kind of ['marshal', 'liaison', 'office']) {
    const page = await go(kind, { expects: /status of 404/ });
    page.on('dialog', (dialog) => { asked.push(kind); dialog.dismiss(); });
    if (kind === 'office') await page.click('[data-to-view="classes"]');
    if (kind === 'marshal') {
      await hasText(page, '#done', HOSTILE);
      await page.click('[data-to-view="classes"]');
    }
    await hasText(page, '#classes', '<b>=班');
    assert.equal(await page.locator('main img, #classes b').count(), 0);
    await close(page);
  }
  assert.deepEqual(asked, []);
});

test('the sign of the door and the class list work without a pointer', async () => {
  const page = await go('marshal');
  await page.focus('[data-to-view="classes"]');
  await page.keyboard.press('Enter');
  await page.locator('.class-row').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.member').first().waitFor();
  await page.focus('[data-press="class-back"]');
  await page.keyboard.press('Space');
  await page.locator('.class-row').first().waitFor();
  await page.focus('#sign-open');
  await page.keyboard.press('Enter');
  await eventually('the sign has the focus', async () => (await page.evaluate(() => document.activeElement.id)) === 'sign-close');
  await page.keyboard.press('Enter');
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
