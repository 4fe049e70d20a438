// Dark and light by device, against what the system wishes; axe on every page and view in both themes and both languages;
// targets for fingers, the focus, nothing that moves for whoever asked for stillness; on the sizes in use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './axe.mjs';
import { Browser, Daemon, live, person, roster } from './daemon.mjs';

const RULES = 'payment = "token"\nfee = "15.00"\npayment_gate = "warn"\nspoken_check = true\nmissed = "session-end"\nline_limit = 8\n';
const SIZES = { phone: { width: 360, height: 740 }, across: { width: 1024, height: 768 } };
let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([
    Daemon.start({ rules: RULES, lists: { people: roster({ 计算机科学与技术专业2101班: 8, 软件工程2102班: 3 }), schedule: '机位,日期,时间,单位,人数\nA,2026-11-23,08:30-09:10,软件工程2102班,3\n' } }),
    Browser.start(),
  ]);
  for (let n = 1; n <= 6; n += 1) await daemon.checkIn(person(n));
  await daemon.checkIn({ medium: 'chip', serial: '1100000000000077' });
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'miss', { advance: true });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (page) => page.context().close();

const PAGES = { '': 'whole', pair: '', photographer: 'photographer', marshal: 'marshal', display: 'display', check: 'marshal', liaison: 'liaison', office: 'whole', print: 'whole' };
const ADDRESS = { print: 'print/?sheet=signoff&lane=A', '': '' };
const expects = /status of (401|404)/;

async function open(name, { theme = '', language = 'zh', ...options } = {}) {
  const page = await browser.device({ expects, ...options });
  await page.addInitScript(([chosen, spoken]) => {
    if (chosen) localStorage.setItem('paihao.theme', chosen);
    localStorage.setItem('paihao.language', spoken);
  }, [theme, language]);
  const role = PAGES[name];
  await page.goto(`${daemon.origin}/${ADDRESS[name] ?? `${name}/`}${role ? `#token=${daemon.tokens[role]}` : ''}`);
  if (!['', 'pair'].includes(name)) await live(page);
  await page.waitForTimeout(250);
  return page;
}
// Each view of a page, by its own buttons.
async function eachView(page, visit, wait_ms = 250) {
  const views = await page.locator('[data-to-view]:visible').evaluateAll((nodes) => nodes.map((node) => node.dataset.toView));
  for (const view of views.length ? views : ['']) {
    if (view) await page.click(`[data-to-view="${view}"]`);
    if (view && wait_ms) await page.waitForTimeout(wait_ms);
    await visit(view);
  }
}

// Light and Chinese, then dark and English: contrast is the theme's, names are the language's. The system wishes the opposite.
for (const name of Object.keys(PAGES)) {
  test(`axe finds nothing on /${name}, in every view, both themes and both languages`, async () => {
    const page = await open(name, { theme: 'light', bypassCSP: true, colorScheme: 'dark', size: SIZES.across });
    await eachView(page, (view) => inspect(page, `${view} light zh`));
    await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.click('[data-switch-language]');
    await eachView(page, (view) => inspect(page, `${view} dark en`));
    await close(page);
  });
}

// What the page is painted with, as light: 0 black, 255 white.
const paper = (page) => page.evaluate(() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
  return (red + green + blue) / 3;
});
test('dark or light: the system\'s wish, until this device is told otherwise; then on every page, and remembered', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open('', { colorScheme });
    const isDark = colorScheme === 'dark';
    assert.equal(await paper(page) < 128, isDark);
    await page.click('[data-switch-theme]');
    assert.equal(await paper(page) < 128, !isDark);
    for (const name of ['photographer', 'marshal', 'office', 'display', 'check']) {
      await page.goto(`${daemon.origin}/${name}/?lane=A#token=${daemon.tokens.whole}`);
      await page.locator('h1').first().waitFor({ state: 'attached' });
      assert.equal(await paper(page) < 128, !isDark, name);
    }
    await close(page);
  }
});

test('every button and field of every page and view is 48 px and in sight, on a phone and a tablet, in both languages', async () => {
  const wrong = [];
  const misfits = (page) => page.evaluate(() => {
    const bad = [];
    if (document.documentElement.scrollWidth > innerWidth) bad.push(`${document.documentElement.scrollWidth} wide`);
    for (const node of document.querySelectorAll('button, a.button, input, select, textarea, summary, label.tick')) {
      const box = node.getBoundingClientRect();
      if (!box.width || getComputedStyle(node).clipPath !== 'none') continue;
      const title = node.id || node.className || node.textContent.trim().slice(0, 20);
      if (box.width < 47.9 || box.height < 47.9) bad.push(`${title} ${Math.round(box.width)} x ${Math.round(box.height)}`);
      if (!node.closest('.table-box') && (box.left < -1 || box.right > innerWidth + 1)) bad.push(`${title} sticks out`);
    }
    return bad;
  });
  for (const name of Object.keys(PAGES)) {
    const page = await open(name);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await eachView(page, async (view) => {
        for (const language of ['zh', 'en']) {
          for (const each of await misfits(page)) wrong.push(`${size} ${name} ${view} ${language}: ${each}`);
          await page.click('[data-switch-language]');
        }
      }, 0);
    }
    await close(page);
  }
  assert.deepEqual(wrong, []);
});

test('the focus shows on whatever takes it', async () => {
  for (const name of ['', 'marshal', 'display', 'office']) {
    const page = await open(name, { size: SIZES.across });
    const seen = new Set();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const node = document.activeElement;
        const shown = node.matches('.file-row input') ? node.nextElementSibling : node;
        return { what: node.id || node.textContent.slice(0, 20), isBody: node === document.body, width: parseFloat(getComputedStyle(shown).outlineWidth), style: getComputedStyle(shown).outlineStyle };
      });
      if (at.isBody) continue;
      seen.add(at.what);
      assert.ok(at.width >= 3 && at.style !== 'none', `${name} ${at.what}: ${at.width} ${at.style}`);
    }
    assert.ok(seen.size >= 2, name);
    await close(page);
  }
});

test('nothing moves for whoever asked for stillness', async () => {
  for (const name of ['photographer', 'marshal', 'display']) {
    const context = await browser.chromium.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const role = PAGES[name];
    await page.goto(`${daemon.origin}/${ADDRESS[name] ?? `${name}/`}${role ? `#token=${daemon.tokens[role]}` : ''}`);
    await page.waitForTimeout(400);
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0, name);
    await context.close();
  }
});

test('the number that is called is told to whoever cannot see it', async () => {
  for (const [name, selector] of Object.entries({ photographer: '#hero', marshal: '#now', display: '#now-panel', check: '#verdict' })) {
    const page = await open(name);
    const node = page.locator(selector);
    assert.match(await node.getAttribute('aria-live'), /^(polite|assertive)$/, name);
    assert.equal(await node.getAttribute('aria-atomic'), 'true', name);
    if (name !== 'check') assert.match(await node.innerText(), /A0002/);
    await close(page);
  }
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
