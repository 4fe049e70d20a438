// What a tablet keeps, attacked: what is written down is damaged, the device was revoked or became another one, another event
// stands behind the same numbers, and what would take back a frame that somebody else took.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Daemon, LOSS, PATIENCE, eventually, hasText, live, pause, person, settled, textOf } from './daemon.mjs';

const EXPECTED = new RegExp(`${LOSS.source}|status of (401|409)`);
let daemon;
let browser;
let people = 0;

before(async () => { [daemon, browser] = await Promise.all([Daemon.start({ lanes: ['B'] }), Browser.start()]); });
after(async () => { await browser?.stop(); await daemon?.stop(); });

async function line(count) {
  for (;;) {
    const view = await daemon.snapshot();
    const ticket = view.current || view.line[0];
    if (!ticket) break;
    await daemon.act(ticket.number, ticket.retakes ? 'miss' : 'void');
  }
  const numbers = [];
  for (let i = 0; i < count; i += 1) numbers.push(await daemon.checkIn(person((people += 1))));
  await daemon.act(numbers[0], 'call');
  return numbers;
}
async function open(token = daemon.tokens.photographer) {
  const page = await browser.device({ expects: EXPECTED });
  await page.goto(`${daemon.origin}/photographer/?lane=A#token=${token}`);
  await live(page);
  return page;
}
const close = (page) => page.context().close();
const keep = (page, value) => page.evaluate((text) => localStorage.setItem('paihao.outbox.A', text), typeof value === 'string' ? value : JSON.stringify(value));
const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('paihao.outbox.A')));
const aTap = (number, verb, more = {}) => ({
  key: `${verb}-${number}-${Math.random()}`, time: { wall: Date.now() - 5000, mono: 0, life: 'before', anchor: null }, verb, number, kept: true,
  body: { retakes: 0 }, path: `/api/v1/lanes/A/tickets/${number}/${verb}`, ...more,
});

test('what is written down is damaged: the page lives, and what is sound in it is sent', async () => {
  for (const damage of ['{}', 'null', '5', '{"taps":5,"told":{}}', '{"taps":null,"told":null}', '{"taps":[null,{}],"told":[null,{}]}', '{"taps":[{"key":"k"}],"told":[]}', '{"taps"']) {
    const [number] = await line(1);
    const page = await open();
    await keep(page, damage);
    await page.reload();
    await live(page);
    await hasText(page, '#number', number);
    await settled(page);
    await page.click('#go');
    await hasText(page, '#answer', `✓ ${number} 已拍`);
    await close(page);
  }
  const [number] = await line(1);
  const page = await open();
  await keep(page, { taps: [null, aTap(number, 'shot')], told: [] });
  await page.reload();
  await live(page);
  await eventually('the sound one arrived', async () => (await daemon.stateOf(number)) === 'shot');
  await close(page);
});

test('damaged keys of a pedal are the usual ones', async () => {
  const [number] = await line(1);
  const page = await open();
  await page.evaluate(() => localStorage.setItem('paihao.keys', '{"step":5}'));
  await page.reload();
  await live(page);
  await settled(page);
  await page.keyboard.press('PageDown');
  await hasText(page, '#answer', `✓ ${number} 已拍`);
  await close(page);
});

test('a kept shot that another tablet had done: its undo takes nothing back from that tablet', async () => {
  const [number] = await line(2);
  const page = await open();
  assert.equal((await daemon.act(number, 'shot')).status, 200);
  await keep(page, { taps: [aTap(number, 'shot'), aTap(number, 'undo')], told: [] });
  await page.reload();
  await live(page);
  await eventually('both are told', async () => (await page.locator('#told-list li').count()) === 2);
  assert.equal(await daemon.stateOf(number), 'shot');
  await close(page);
});

test('a kept undo is not for a frame that was taken after it was tapped', async () => {
  const [number] = await line(2);
  assert.equal((await daemon.act(number, 'shot', { age_ms: 0 })).status, 200);
  const answer = await daemon.act(number, 'undo', { age_ms: 30000, retakes: 0 });
  assert.deepEqual([answer.status, answer.data.code], [409, 'undo-late']);
  assert.equal(await daemon.stateOf(number), 'shot');
});

test('a tap of another event is not sent, whatever its number is now', async () => {
  const [number] = await line(1);
  await daemon.act(number, 'shot');
  const page = await open();
  for (let i = 0; i < 7; i += 1) { // so that the page does not know the number any more
    const another = await daemon.checkIn(person((people += 1)));
    await daemon.act(another, 'call');
    await daemon.act(another, 'shot');
  }
  await keep(page, { taps: [aTap(number, 'retake', { event: '2026-01-01T00:00:00.000000Z', issued: '2026-01-01T08:00:00.000000Z' })], told: [] });
  await page.reload();
  await live(page);
  await hasText(page, '#told-list', '另一场活动');
  assert.equal((await daemon.snapshot()).current, null);
  await close(page);
});

test('a tap says of which event it is', async () => {
  const [number] = await line(2);
  const page = await open();
  daemon.signal('SIGSTOP');
  await page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
  await settled(page);
  await page.click('#go');
  const { taps: [tap] } = await kept(page);
  daemon.signal('SIGCONT');
  await live(page);
  assert.equal(tap.event, (await daemon.snapshot()).event.created_at);
  assert.ok(tap.event);
  await eventually('sent', async () => (await daemon.stateOf(number)) === 'shot');
  await close(page);
});

test('a window that is closed before its tap was sent: the other one of that device sends it', async () => {
  const [number] = await line(2);
  const page = await open();
  const other = await page.context().newPage();
  await other.goto(`${daemon.origin}/pair/`);
  await keep(other, { taps: [aTap(number, 'shot', { kept: false })], told: [] });
  await other.close();
  await eventually('it is pending', async () => page.evaluate(() => 'pending' in document.body.dataset));
  await eventually('sent', async () => (await daemon.stateOf(number)) === 'shot', 9000);
  await eventually('free again', async () => page.evaluate(() => !('pending' in document.body.dataset)));
  await close(page);
});

test('a revoked device with kept taps says so; paired again it sends them', async () => {
  const [number] = await line(2);
  const made = (await daemon.api('POST', '/tokens', { role: 'photographer', lane: 'A', once: true }, 'whole')).data;
  const page = await browser.device({ expects: EXPECTED });
  await page.goto(made.url);
  await live(page);
  const row = (await daemon.api('GET', '/tokens', null, 'whole')).data.tokens.find((token) => token.parent === made.id);
  daemon.signal('SIGSTOP');
  await page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
  await settled(page);
  await page.click('#go');
  await hasText(page, '.cover', '1 下先存在本机');
  await daemon.down('SIGKILL');
  await daemon.tool('token', 'revoke', String(row.id));
  await daemon.up();
  await page.waitForURL(/\/pair\//, { timeout: 15000 * PATIENCE });
  await hasText(page, '#kept', number);
  await hasText(page, '#kept', '机位 A');
  const again = (await daemon.api('POST', '/tokens', { role: 'photographer', lane: 'A', once: true }, 'whole')).data;
  await page.goto(again.url);
  await live(page);
  await eventually('sent', async () => (await daemon.stateOf(number)) === 'shot');
  await close(page);
});

test('a device that becomes another one while it keeps taps: nobody goes on before that was read', async () => {
  const [number] = await line(2);
  const page = await open();
  await page.goto(`${daemon.origin}/pair/`);
  await keep(page, { taps: [aTap(number, 'shot')], told: [{ key: 'x', number: 'A0999', verb: 'miss', at: new Date().toISOString(), message: { zh: '不行', en: 'no' } }] });
  for (const [role, lane] of [['photographer', 'B'], ['display', 'A']]) {
    const made = (await daemon.api('POST', '/tokens', { role, lane, once: true }, 'whole')).data;
    await page.goto(made.url);
    await page.click('#switch');
    await hasText(page, '#kept', number);
    await hasText(page, '#kept', 'A0999');
    assert.match(page.url(), /\/pair\//);
    await page.click('#kept-seen');
    await page.waitForURL(role === 'display' ? /\/display\// : /\/photographer\/\?lane=B/);
  }
  assert.equal((await kept(page)).taps.length, 1);
  assert.equal(await daemon.stateOf(number), 'called');
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
