// What holds for every page: it fits its screen, it can be read and used by everybody, it is small, it says what it
// shows in two languages, it pairs, and hostile text does nothing.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Browser, CALLED, Daemon, LOSS, PATIENCE, eventually, hasText, live, person, settled } from './daemon.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const KINDS = Object.keys(CALLED);
const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 1280, height: 800 }, tv: { width: 1920, height: 1080 } };
const UNPAIRED = /status of 401/;
let daemon;
let browser;
before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start({ lines: ['line_limit = 60'], room: '逸夫楼 Yifu Building 201' }), Browser.start()]);
  // A long line, of people with long names too, in every state.
  const name = (index) => ['张明', '古丽娜尔·买买提·阿卜杜拉', 'Maximiliana Featherstonehaugh-Cholmondeley', '陈'][index % 4];
  for (let index = 0; index < 40; index += 1) await daemon.checkIn(person(index, name(index)));
  await daemon.act('A0001', 'call');
  await daemon.act('A0001', 'miss', { advance: true });
  await daemon.act('A0002', 'shot', { advance: true });
  // by the camera's own device: nobody else has to acknowledge it
  await daemon.api('POST', '/lanes/A/tickets/A0003/void', { advance: true, reason: 'r'.repeat(200) }, 'photographer');
});
after(async () => { await browser?.stop(); await daemon?.stop(); });
const close = (page) => page.context().close();

// Elements that stick out of the window or whose text is cut off.
const overflow = (page, mayScrollDown) => page.evaluate((scrolls) => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`the page is ${root.scrollWidth} wide`);
  if (!scrolls && root.scrollHeight > innerHeight) wrong.push(`the page is ${root.scrollHeight} high`);
  for (const node of document.querySelectorAll('body *')) {
    const box = node.getBoundingClientRect();
    const isShown = box.width > 1 && box.height > 1 && getComputedStyle(node).visibility === 'visible';
    const inList = node.closest('#line'); // scrolls by itself
    if (!isShown || inList) continue;
    const name = `${node.tagName.toLowerCase()}#${node.id || node.className}`;
    if (box.left < -1 || box.right > innerWidth + 1) wrong.push(`${name} sticks out sideways`);
    if (!scrolls && (box.top < -1 || box.bottom > innerHeight + 1)) wrong.push(`${name} sticks out below`);
    const fitted = node.matches('.hero-box, .board-box, .sign-box') && node.firstElementChild.getBoundingClientRect();
    if (fitted) { // its only text is made to fit; the lines of a font are higher than its figures
      const isInside = fitted.left >= box.left - 1 && fitted.right <= box.right + 1 && fitted.top >= box.top - 1 && fitted.bottom <= box.bottom + 1;
      if (!isInside) wrong.push(`the number in ${name} is cut off`);
    } else if (getComputedStyle(node).overflow === 'hidden' && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)) wrong.push(`${name} is cut off`);
  }
  for (const node of document.querySelectorAll('button, a.button, input')) {
    const box = node.getBoundingClientRect();
    if (box.width && (box.width < 48 || box.height < 48)) wrong.push(`${node.id || node.textContent} is only ${box.width} x ${box.height}`);
  }
  return wrong;
}, mayScrollDown);

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const kind of KINDS) {
    test(`${kind} fits a ${size}, in both languages`, async () => {
      const page = await browser.open(daemon, kind, { size: viewport });
      for (const language of ['zh', 'en']) {
        if (kind === 'photographer') await settled(page);
        assert.deepEqual(await overflow(page, kind === 'marshal'), [], language);
        await page.click('[data-switch-language]');
      }
      if (kind === 'photographer') {
        await page.click('#retake');
        assert.deepEqual(await overflow(page, false), [], 'retake awaits its second tap');
      }
      if (kind === 'marshal') {
        await page.click('#sign-open');
        assert.deepEqual(await overflow(page, false), [], 'door sign');
      }
      await close(page);
    });
  }
}

test('numbers are as large as their readers are far away', async () => {
  const share = (page, selector) => page.locator(selector).evaluate((node) => node.getBoundingClientRect().width / innerWidth);
  for (const viewport of Object.values(SIZES)) {
    const page = await browser.open(daemon, 'photographer', { size: viewport });
    await hasText(page, '#number', 'A0004');
    assert.ok(await share(page, '#number') > 0.7, `photographer ${viewport.width}`);
    await close(page);
  }
  const tv = await browser.open(daemon, 'display', { size: SIZES.tv });
  await hasText(tv, '#now', 'A0004');
  assert.ok(await share(tv, '#now') > 0.5);
  // Ten metres: letters of 4 cm and more, on a television of 55 inches (68 cm for 1080 points).
  for (const selector of ['#now', '#next', '#come li']) {
    const points = await tv.locator(selector).first().evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
    assert.ok((points * 0.72 * 68) / 1080 >= 4, `${selector}: ${points} points`);
  }
  await close(tv);
});

// ---- accessibility
async function inspect(page, what) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
  });
  assert.deepEqual(found, [], what);
}
for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing on any page (${colorScheme})`, async () => {
    for (const kind of KINDS) {
      const page = await browser.open(daemon, kind, { colorScheme, bypassCSP: true, size: SIZES.tablet });
      await inspect(page, kind);
      if (kind === 'photographer') {
        await page.click('#retake');
        await inspect(page, 'retake');
        await page.click('#void');
        await inspect(page, 'void menu');
      }
      if (kind === 'marshal') {
        await page.fill('#id-number', '990101200102030013');
        await page.click('#issue');
        await inspect(page, 'wrong entry');
        await page.click('#sign-open');
        await inspect(page, 'door sign');
      }
      await close(page);
    }
    const page = await browser.device({ colorScheme, bypassCSP: true });
    for (const address of ['/', '/pair/', '/pair/?why=token']) {
      await page.goto(daemon.origin + address);
      await inspect(page, address);
    }
    await close(page);
  });
}

test('axe finds nothing on the cover of a lost connection', async () => {
  const page = await browser.open(daemon, 'photographer', { bypassCSP: true, expects: LOSS });
  await page.addScriptTag({ path: AXE });
  daemon.signal('SIGSTOP');
  try {
    await page.locator('.cover:not([hidden])').waitFor({ timeout: 4000 * PATIENCE });
    await inspect(page, 'cover');
  } finally {
    daemon.signal('SIGCONT');
  }
  await close(page);
});

test('everything can be reached by keyboard, and the focus shows', async () => {
  const page = await browser.open(daemon, 'photographer');
  const seen = new Set();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => ({ id: document.activeElement.id, outline: getComputedStyle(document.activeElement).outlineWidth }));
    if (at.id) { seen.add(at.id); assert.notEqual(at.outline, '0px', at.id); }
  }
  for (const id of ['miss', 'retake', 'void', 'go']) assert.ok(seen.has(id), `${id} is reached`);
  const isPolite = await page.getAttribute('#hero', 'aria-live');
  assert.equal(isPolite, 'polite');
  // By keyboard the button in focus is meant.
  await page.focus('#go');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await eventually('the void menu is open', () => page.isVisible('#void-menu'));
  await close(page);
});

test('reduced motion is respected', async () => {
  const context = await browser.chromium.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${daemon.origin}/photographer/?lane=A#token=${daemon.tokens.photographer}`);
  await live(page);
  const name = await page.evaluate(() => {
    document.querySelector('#go').setAttribute('data-pending', '');
    return getComputedStyle(document.querySelector('#go'), '::after').animationName;
  });
  assert.equal(name, 'none');
  await context.close();
});

// ---- weight
test('the first load of the photographer\'s page: at most 3 requests after the document, and 60 kB', async () => {
  const page = await browser.open(daemon, 'photographer');
  const loaded = await page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((entry) => !new URL(entry.name).pathname.startsWith('/api/'))
    .map((entry) => ({ name: new URL(entry.name).pathname })));
  const size = async (name) => (await (await fetch(daemon.origin + name)).arrayBuffer()).byteLength;
  const files = new Set(loaded.map((entry) => entry.name));
  files.add('/shared/icon.svg'); // the browser's own wish, beside the page's; it counts in the bytes
  const bytes = (await Promise.all([...files].map(size))).reduce((sum, each) => sum + each, 0);
  assert.deepEqual([...files].sort(), ['/photographer/', '/photographer/page.js', '/shared/core.js', '/shared/icon.svg', '/shared/style.css']);
  assert.ok(bytes <= 60000, `${bytes} bytes`);
  await close(page);
});

test('nothing is asked of any other server', async () => {
  const page = await browser.device({ expects: UNPAIRED });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  for (const kind of ['', 'pair/', ...KINDS.map((each) => `${each}/?lane=A#token=${daemon.tokens.marshal}`)]) {
    await page.goto(`${daemon.origin}/${kind}`);
    await page.waitForTimeout(300);
  }
  assert.ok(asked.length > 10);
  assert.deepEqual(asked.filter((url) => !url.startsWith(daemon.origin)), []);
  await close(page);
});

// ---- languages
test('the language is switched on this device only, at once, and remembered', async () => {
  const [page, other] = await Promise.all([browser.open(daemon, 'photographer'), browser.open(daemon, 'photographer')]);
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await hasText(page, '#miss', '过号');
  await page.click('[data-switch-language]');
  await hasText(page, '#miss .key', 'Missed');
  await hasText(page, '#label', 'Now');
  await hasText(page, '#lane', 'Lane A');
  await hasText(page, '#note', 'look twice');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.match(await page.title(), /^Photographer/);
  assert.equal(await other.getAttribute('html', 'lang'), 'zh-CN');
  await page.goto(`${daemon.origin}/display/?lane=A`);
  await live(page);
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await hasText(page, '#now-word', 'Now');
  await hasText(page, '#now-other', '现在');
  await page.click('[data-switch-language]');
  await hasText(page, '#now-word', '现在');
  await close(page);
  await close(other);
});

for (const address of ['/', '/pair/', '/photographer/', '/marshal/', '/display/', '/check/', '/liaison/', '/office/']) {
  test(`no text of ${address} is missing in either language`, async () => {
    const page = await browser.device({ expects: UNPAIRED });
    // with a token the pairing page goes on to another one, at its own time
    await page.goto(`${daemon.origin}${address}${address === '/pair/' ? '' : `#token=${daemon.tokens.whole}`}`);
    await page.waitForTimeout(300);
    const wrong = await page.evaluate(async () => {
      const { WORDS } = await import('/shared/core.js'); // and what this page has put beside them
      const fields = (text) => (text.match(/\{\w+\}/g) || []).sort().join();
      const bad = Object.entries(WORDS).filter(([, pair]) => pair.length !== 2 || !pair[0] || !pair[1] || fields(pair[0]) !== fields(pair[1])).map(([key]) => key);
      const there = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), 'text/html');
      for (const node of there.querySelectorAll('[data-word], [data-other]')) {
        for (const [key, index] of [[node.dataset.word, 0], [node.dataset.other, 1]]) {
          if (key && !WORDS[key]) bad.push(key);
          else if (key && node.textContent && node.textContent !== WORDS[key][index]) bad.push(`${key}: the document says ${node.textContent}`);
        }
      }
      return bad;
    });
    assert.deepEqual(wrong, []);
    await close(page);
  });
}

// ---- pairing
test('a token in the address pairs and leaves the address', async () => {
  const page = await browser.open(daemon, 'photographer');
  assert.equal(page.url(), `${daemon.origin}/photographer/?lane=A`);
  await page.goto(`${daemon.origin}/photographer/`);
  await live(page); // the token's only lane is chosen by itself
  await close(page);
});

const linksOf = (page) => page.locator('#pages a:visible, #files a:visible').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
test('the link of the office and of the liaison pairs and shows what the role may use', async () => {
  const pages = (lane) => ['office', 'photographer', 'marshal', 'liaison', 'display', 'check'].map((page) => `/${page}/${lane}`);
  const file = '/api/v1/handover/lanes/A/numbers.csv';
  for (const [role, lane, links] of [
    ['office', null, [...pages(''), file]],
    ['office', 'A', [...pages('?lane=A'), file]],
    ['liaison', null, ['/liaison/', '/display/']],
    ['liaison', 'A', ['/liaison/?lane=A', '/display/?lane=A']],
  ]) {
    const { url } = JSON.parse(await daemon.tool('token', 'create', '--role', role, ...(lane ? ['--lane', lane] : []), '--json'));
    const page = await browser.device();
    await page.goto(url);
    await hasText(page, '#who', role === 'office' ? '已配对：负责人' : '已配对：联络员');
    assert.equal(page.url(), `${daemon.origin}/${lane ? `?lane=${lane}` : ''}`, 'the token has left the address');
    assert.deepEqual(await linksOf(page), links, `${role} ${lane}`);
    await page.click('[data-switch-language]');
    await hasText(page, '#who', `Paired: ${role}`);
    await page.goto(`${daemon.origin}/`); // paired already
    await hasText(page, '#who', `Paired: ${role}`);
    if (role === 'office') {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#files a')]);
      assert.match(download.suggestedFilename(), /^numbers-A-\d+\.csv$/);
      assert.equal(await download.failure(), null);
      await page.click('[data-to="marshal"]');
      await live(page);
      assert.ok(await page.isVisible('#session-button'));
    }
    await close(page);
  }
});

test('the start page without a token, and with one that is wrong', async () => {
  const page = await browser.device({ expects: UNPAIRED });
  await page.goto(daemon.origin);
  assert.equal((await linksOf(page)).length, 6);
  await page.goto(`${daemon.origin}/#token=wrong`);
  await page.reload();
  await hasText(page, '#who', '配对码无效');
  assert.equal(page.url().includes('token='), false);
  await close(page);
});

test('no token or a wrong one: a field to type it, then on to the page that was meant', async () => {
  const page = await browser.device({ expects: UNPAIRED });
  await page.goto(`${daemon.origin}/marshal/?lane=A`);
  await page.waitForURL('**/pair/**');
  await hasText(page, '#why', '尚未配对');
  await page.fill('#token', 'not-a-token');
  await page.click('button[type=submit]');
  await hasText(page, '#why', '配对码无效');
  assert.equal(await page.inputValue('#token'), 'not-a-token');
  await page.fill('#token', ` ${daemon.tokens.marshal} `);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/marshal/?lane=A');
  await live(page);
  await page.goto(`${daemon.origin}/pair/#token=wrong`);
  await hasText(page, '#why', '配对码无效');
  assert.equal(page.url().includes('token='), false);
  await close(page);
});

test('a device keeps what it may do: opening the hall\'s page does not take the photographer\'s rights', async () => {
  const page = await browser.open(daemon, 'photographer');
  await page.goto(`${daemon.origin}/display/?lane=A#token=${daemon.tokens.display}`);
  await live(page);
  await page.goto(`${daemon.origin}/photographer/?lane=A`);
  await live(page);
  await close(page);
});

test('a device that may only show numbers cannot open the photographer\'s page', async () => {
  const page = await browser.open(daemon, 'display');
  await page.goto(`${daemon.origin}/photographer/?lane=A`);
  await page.waitForURL('**/pair/**');
  await hasText(page, '#why', '权限');
  await close(page);
});

test('the pairing page sends nobody elsewhere', async () => {
  const page = await browser.device({ expects: UNPAIRED });
  await page.goto(`${daemon.origin}/pair/?to=//evil.example/&lane=A#token=${daemon.tokens.display}`);
  await page.waitForTimeout(500);
  assert.equal(new URL(page.url()).origin, daemon.origin);
  await close(page);
});

// ---- hostile text
test('a name of markup is text', async () => {
  await daemon.checkIn(person(900, '<script>alert(1)</script>'));
  const page = await browser.open(daemon, 'marshal');
  await hasText(page, '#line', '<○○○');
  assert.equal(await page.locator('script:not([src])').count(), 0);
  await close(page);
});

test('whatever a server might send, it stays text on every page', async () => {
  const evil = '<img src=x onerror="document.title=\'evil\'"><script>document.title="evil"</script>';
  const ticket = (number, state) => ({
    number, lane: 'A', state, medium: evil, bound: false, name: evil, id_mask: evil, unit: evil, issued_at: evil,
    called_at: null, shot_at: null, retakes: 0, seq: 1,
  });
  const snapshot = {
    lane: 'A', room: evil, session: { state: 'open', number: 1 }, current: ticket('A0001', 'called'), line: [ticket(evil, 'waiting'), ticket('A0003', 'waiting')],
    line_limit: 5, last: ticket(evil, 'shot'), done: [ticket(evil, 'missed')], counts: { issued: 4, waiting: 2, called: 1, shot: 1, missed: 0, void: 0 },
    readers: [{ reader: evil, driver: evil, state: 'error', code: evil, detail: evil, since: evil, restarts: 1 }], event: null, store: 'ok', seq: 1,
  };
  const door = { reader: evil, result: 'refused', number: evil, code: evil, message: { zh: evil, en: evil }, at: evil };
  const body = `event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\nevent: door\ndata: ${JSON.stringify(door)}\n\n`;
  for (const kind of KINDS) {
    const page = await browser.device();
    await page.route('**/events', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await page.goto(`${daemon.origin}/${kind}/?lane=A#token=${daemon.tokens[kind]}`);
    await hasText(page, CALLED[kind], 'A0001');
    assert.equal(await page.locator('img, script:not([src])').count(), 0, kind);
    assert.match(await page.locator('body').innerText(), /<img src=x/);
    assert.doesNotMatch(await page.title(), /evil/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, kind);
    await close(page);
  }
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
