// The pages of one browser share one live stream for each lane: six connections to a server are all that a browser opens, and
// a tap needs one. Whatever becomes of the page that has the stream, the others go on by themselves.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Browser, Daemon, LOSS, eventually, hasText, live, pause, person, settled } from './daemon.mjs';

// Seven pages and three lanes: without sharing ten streams. The display shows A and B, all others follow A.
const PAGES = ['photographer/?lane=A', 'marshal/?lane=A', 'check/?lane=A', 'liaison/', 'display/?lane=A,B', 'photographer/?lane=A', 'marshal/?lane=A'];
const STREAMS = 2;
let daemon;
let browser;
let people = 0;
before(async () => { [daemon, browser] = await Promise.all([Daemon.start({ lanes: ['B'] }), Browser.start()]); });
const contexts = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  const { current, line } = await daemon.snapshot();
  for (const ticket of [current, ...line].filter(Boolean)) await daemon.act(ticket.number, 'void', { reason: 'test' });
});
after(async () => { await browser?.stop(); await daemon?.stop(); });

// What is seen of a page from outside: how many streams it has itself, and whether it ever took the connection for lost.
function watchPage() {
  window.streams = new Set();
  window.losses = 0;
  window.EventSource = class extends EventSource {
    constructor(path) { super(path); window.streams.add(this); }

    close() { super.close(); window.streams.delete(this); }
  };
  new MutationObserver(() => { if (document.documentElement.dataset.link === 'lost') window.losses += 1; })
    .observe(document, { subtree: true, attributeFilter: ['data-link'] });
}
const streamsOfA = (page) => page.evaluate(() => [...window.streams].filter((stream) => stream.url.includes('/lanes/A/')).length);
// Never covered; not asked on a machine that stands still itself for so long that beats come late.
let lag_ms = 0;
let tickedAt = performance.now();
setInterval(() => { lag_ms = Math.max(lag_ms, performance.now() - tickedAt - 50); tickedAt = performance.now(); }, 50).unref();
beforeEach(() => { lag_ms = 0; });
async function neverCovered(t, pages) {
  const losses = await Promise.all(pages.map((page) => page.evaluate(() => window.losses)));
  if (lag_ms > 700) t.diagnostic(`this machine stood still for ${Math.round(lag_ms)} ms; covered: ${losses}`);
  else assert.deepEqual(losses, pages.map(() => 0));
}

// All in one browser, paired as an office of all lanes.
async function openAll(paths = PAGES, init = () => {}) {
  const first = await browser.device({ expects: new RegExp(`${LOSS.source}|status of 40[13]`) });
  const context = first.context();
  contexts.push(context);
  await context.addInitScript(watchPage);
  await context.addInitScript(init);
  const pages = [first];
  await first.goto(`${daemon.origin}/${paths[0]}#token=${daemon.tokens.whole}`);
  await live(first);
  for (const path of paths.slice(1)) {
    const page = await context.newPage();
    page.on('pageerror', (error) => browser.complaints.push(`${page.url()}: ${error}`));
    await page.goto(`${daemon.origin}/${path}`);
    await live(page);
    pages.push(page);
  }
  return pages;
}
const gauge = async () => Number(/^paihao_http_streams (\d+)$/m.exec(await (await fetch(`${daemon.origin}/metrics`)).text())[1]);
// The server notices within two beats that a stream was closed.
const shared = (count = STREAMS) => eventually(`${count} streams`, async () => { const n = await gauge(); if (n !== count) throw new Error(`${n}`); return true; }, 10000);
const kindOf = (page) => new URL(page.url()).pathname.split('/')[1];
// The page that has the stream of lane A.
const holder = (pages) => eventually('one page has the stream', async () => {
  const counts = await Promise.all(pages.map(streamsOfA));
  return counts.reduce((sum, count) => sum + count, 0) === 1 && pages[counts.indexOf(1)];
});
const allShow = (pages, number, limit_ms = 5000) => Promise.all(pages.map((page) => hasText(page,
  { photographer: '#number', marshal: '#now', display: '[data-part="now"] >> nth=0', liaison: '#now' }[kindOf(page)] || 'html', kindOf(page) === 'check' ? '' : number, limit_ms)));

async function callNext() {
  const { current } = await daemon.snapshot();
  const number = await daemon.checkIn(person((people += 1)));
  if (current) assert.equal((await daemon.act(current.number, 'shot')).status, 200);
  assert.equal((await daemon.act(number, 'call')).status, 200);
  return number;
}

test('seven live pages: two streams, every page follows, and a tap is answered at once', async (t) => {
  const pages = await openAll();
  await shared();
  const number = await callNext();
  await allShow(pages, number);
  const next = await daemon.checkIn(person((people += 1)));
  await settled(pages[0]);
  const answer = pages[0].waitForResponse((response) => response.url().endsWith('/shot'));
  await pages[0].click('#go');
  const timing = (await (await answer).finished(), (await answer).request().timing());
  assert.ok(timing.responseEnd < 1500, `after ${timing.responseEnd} ms`); // seven streams would leave it waiting for as long as they last
  await hasText(pages[0], '#answer', `✓ ${number} 已拍`);
  await allShow(pages, next);
  await pause(3000); // of beats
  await neverCovered(t, pages);
  assert.equal(await gauge(), STREAMS);
});

test('the page that has the stream is closed while numbers come: none is missed, no page is covered', async (t) => {
  let pages = await openAll();
  let streams = STREAMS;
  const issued = [];
  for (let round = 0; round < 3; round += 1) {
    await shared(streams);
    const leader = await holder(pages);
    if (kindOf(leader) === 'display') streams = 1; // nobody else shows B
    let isComing = true;
    const coming = (async () => { while (isComing) issued.push(await daemon.checkIn(person((people += 1)))); })();
    await pause(100);
    await leader.close();
    await pause(400);
    isComing = false;
    await coming;
    pages = pages.filter((page) => page !== leader);
    const { counts } = await daemon.snapshot();
    for (const page of pages.filter((each) => kindOf(each) === 'photographer')) await hasText(page, '#counts', `等候 ${counts.waiting} `);
    for (const page of pages.filter((each) => kindOf(each) === 'marshal')) for (const number of issued) await hasText(page, '#line', number);
    await shared(streams);
  }
  await neverCovered(t, pages);
});

test('the server is started anew, and later is silent for 10 s: all pages say so, all heal, and share again', async () => {
  const pages = await openAll();
  const number = await callNext();
  await allShow(pages, number);
  await daemon.down('SIGKILL');
  await Promise.all(pages.map((page) => page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 })));
  await daemon.up();
  await Promise.all(pages.map(live));
  await shared();
  await allShow(pages, await callNext());
  await settled(pages[0]);
  const { current } = await daemon.snapshot();
  daemon.signal('SIGSTOP');
  await Promise.all(pages.map((page) => page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 })));
  await pages[0].click('#go');
  await pause(10000);
  daemon.signal('SIGCONT');
  await Promise.all(pages.map(live));
  await eventually('the tap has arrived', async () => (await daemon.stateOf(current.number)) === 'shot', 8000);
  await shared();
  await allShow(pages, await callNext());
});

test('the page that has the stream is frozen by the browser: it hands over, and takes its place again', async (t) => {
  const pages = await openAll();
  await shared();
  const leader = await holder(pages);
  const others = pages.filter((page) => page !== leader);
  const session = await leader.context().newCDPSession(leader);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await allShow(others, await callNext());
  await neverCovered(t, others);
  await pause(4000);
  const number = await callNext();
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await live(leader);
  await allShow(pages, number);
  await shared();
});

test('the page that has the stream stands still without a word: the others help themselves before they are covered', async (t) => {
  const pages = await openAll();
  await shared();
  const leader = await holder(pages);
  const others = pages.filter((page) => page !== leader);
  const still = leader.evaluate(() => { const end = performance.now() + 8000; while (performance.now() < end); });
  await pause(3000);
  const number = await callNext();
  await allShow(others, number, 2000);
  await neverCovered(t, others);
  await still;
  await live(leader);
  const later = await callNext();
  await allShow(pages, later);
  await shared();
});

test('a crashed page that had the stream', async () => {
  const pages = await openAll();
  await shared();
  const leader = await holder(pages);
  const others = pages.filter((page) => page !== leader);
  const session = await leader.context().newCDPSession(leader);
  session.send('Page.crash').catch(() => {});
  await pause(3500);
  await Promise.all(others.map(live));
  await allShow(others, await callNext());
  await shared();
});

test('paired anew as something else: every page looks again what it may show', async () => {
  const pages = await openAll(['marshal/?lane=A', 'photographer/?lane=A', 'display/?lane=A']);
  const [marshal, photographer, display] = pages;
  await display.evaluate((token) => fetch('/api/v1/pair', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) }), daemon.tokens.display);
  await Promise.all([marshal, photographer].map((page) => page.waitForURL('**/pair/?**', { timeout: 10000 })));
  await live(display);
  const number = await callNext();
  await hasText(display, '#now', number);
  await shared(1);
});

test('paired anew in the same role, for another lane: a page of the lane before does not stand covered', async () => {
  const [marshal] = await openAll(['marshal/?lane=A']);
  const { token } = (await daemon.api('POST', '/tokens', { role: 'marshal', lane: 'A' }, 'whole')).data;
  const other = (await daemon.api('POST', '/tokens', { role: 'marshal', lane: 'B' }, 'whole')).data.token;
  const pair = (page, one) => page.evaluate((text) => fetch('/api/v1/pair', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: text }) }), one);
  await pair(marshal, token);
  await marshal.reload();
  await live(marshal);
  await pair(marshal, other);
  await marshal.locator('a[href="?lane=B"]').waitFor({ timeout: 15000 }); // the lanes that it may have now
  assert.equal(await marshal.locator('.cover:not([hidden])').count(), 0);
});

test('the token is withdrawn: every page goes to the pairing page', async () => {
  const pages = await openAll();
  await shared();
  const { tokens } = (await daemon.api('GET', '/tokens', null, 'whole')).data;
  for (const { id } of tokens.filter((token) => token.kind === 'session' && !token.revoked_at)) await daemon.api('POST', `/tokens/${id}/revoke`, {}, 'whole');
  await Promise.all(pages.map((page) => page.waitForURL('**/pair/?**', { timeout: 10000 })));
});

// A page that joins asks for a snapshot; what happens meanwhile is not in it, and the page asks once more.
test('a number is called while a page joins, and its next requests fail: it does not stay with the old snapshot', async () => {
  const [marshal] = await openAll(['marshal/?lane=A']);
  const number = await daemon.checkIn(person((people += 1)));
  const page = await marshal.context().newPage();
  let asked = 0;
  await page.route((url) => url.pathname === '/api/v1/lanes/A', async (route) => {
    asked += 1;
    if (asked > 1) { await (asked < 4 ? route.abort() : route.continue()); return; }
    const old = await route.fetch();
    await daemon.act(number, 'call');
    await hasText(marshal, '#now', number);
    await pause(200);
    await route.fulfill({ response: old });
  });
  await page.goto(`${daemon.origin}/photographer/?lane=A`);
  await live(page);
  await page.locator('#hero[data-state="called"]').waitFor({ timeout: 6000 });
  await hasText(page, '#number', number);
});

test('on plain http, where a page has no locks: shared as well', async () => {
  const plain = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP 192.0.2.1 127.0.0.1'],
  });
  try {
    const context = await plain.newContext();
    await context.addInitScript(watchPage);
    const pages = [];
    for (const [index, path] of ['photographer/?lane=A', 'marshal/?lane=A', 'marshal/?lane=A'].entries()) {
      const page = await context.newPage();
      await page.goto(`${daemon.origin.replace('127.0.0.1', '192.0.2.1')}/${path}${index ? '' : `#token=${daemon.tokens.whole}`}`);
      await live(page);
      pages.push(page);
    }
    assert.deepEqual(await pages[0].evaluate(() => [window.isSecureContext, 'locks' in navigator]), [false, false]);
    await shared(1);
    await allShow(pages, await callNext());
  } finally {
    await plain.close();
  }
});

test('an old browser without channels: each page has its own stream, as far as they go', async () => {
  const pages = await openAll(['marshal/?lane=A', 'display/?lane=A'], () => { delete window.BroadcastChannel; });
  await shared(2);
  await allShow(pages, await callNext());
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
