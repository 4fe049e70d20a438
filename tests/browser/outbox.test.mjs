// Taps without a network: kept with their own time, sent once and in order, told when they are refused; undo; new pages.
import assert from 'node:assert/strict';
import { createConnection, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { Browser, Daemon, LOSS, PATIENCE, eventually, hasText, live, pause, person, settled, textOf } from './daemon.mjs';

const EXPECTED = new RegExp(`${LOSS.source}|status of (409|503)`);
let daemon;
let browser;
let wire;
let people = 0;

// A wire between a tablet and the daemon that can be cut.
class Wire {
  static async to(port) {
    const wire = new Wire();
    wire.sockets = new Set();
    wire.isCut = false;
    wire.server = createServer((near) => {
      if (wire.isCut) { near.destroy(); return; }
      const far = createConnection(port, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]]) {
        wire.sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => { wire.sockets.delete(one); other.destroy(); });
        one.pipe(other);
      }
    });
    await new Promise((resolve) => { wire.server.listen(0, '127.0.0.1', resolve); });
    wire.origin = `http://127.0.0.1:${wire.server.address().port}`;
    return wire;
  }

  cut() { this.isCut = true; for (const socket of this.sockets) socket.destroy(); }

  mend() { this.isCut = false; }

  stop() { this.cut(); this.server.close(); }
}

before(async () => {
  [daemon, browser] = await Promise.all([Daemon.start(), Browser.start()]);
  wire = await Wire.to(daemon.port);
});
after(async () => { wire?.stop(); await browser?.stop(); await daemon?.stop(); });

const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));
async function open({ role = 'photographer', init = null } = {}) {
  const page = await browser.device({ expects: EXPECTED });
  await page.addInitScript(() => { document.addEventListener('click', () => { window.clickedAt = Date.now(); }, true); });
  if (init) await page.addInitScript(init);
  await page.goto(`${wire.origin}/photographer/?lane=A#token=${daemon.tokens[role]}`);
  await live(page);
  return page;
}
// When the page itself was clicked last. What it says later of that moment may be off by as long as the machine stalls while a tap
// is under way, but not by the four seconds for which it was kept.
const clickedAt = (page) => page.evaluate(() => window.clickedAt);
const OFF_MOST_MS = 2500;
const lost = (page) => page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
const states = (numbers) => Promise.all(numbers.map((number) => daemon.stateOf(number)));
const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('paihao.outbox.A') || '{"taps":[],"told":[]}'));
const sent = (page) => eventually('nothing is kept any more', async () => (await kept(page)).taps.length === 0, 12000);
async function line(count) {
  for (let tries = 0; ; tries += 1) {
    const view = await daemon.snapshot();
    const ticket = view.current || view.line[0];
    if (!ticket) break;
    if (tries > 60) throw new Error('the line cannot be cleared');
    await daemon.act(ticket.number, ticket.retakes ? 'miss' : 'void');
  }
  const numbers = [];
  for (let i = 0; i < count; i += 1) numbers.push(await daemon.checkIn(person((people += 1))));
  assert.equal((await daemon.act(numbers[0], 'call')).status, 200);
  return numbers;
}
async function tap(page, id = 'go') {
  await settled(page);
  await page.click(`#${id}`);
}
async function ticket(number) {
  const view = await daemon.snapshot();
  return [view.current, view.last, ...view.line, ...view.done].filter(Boolean).find((each) => each.number === number);
}
const entries = async (most = 60) => (await daemon.tool('journal', 'tail', '--json', '--lines', String(most))).trim().split('\n').map((row) => JSON.parse(row));

test('a cut connection: the page says so in a band, taps go on, and arrive in order with their own times', async () => {
  const numbers = await line(4);
  const page = await open();
  await hasText(page, '#number', numbers[0]);
  wire.cut();
  await lost(page);
  assert.equal(await page.isVisible('.cover.band'), true);
  await hasText(page, '.cover', '连接已断');
  await hasText(page, '.cover', 'Connection lost');
  assert.equal(await page.locator('body > main').evaluate((main) => main.inert), false);
  const taps = [];
  for (const index of [0, 1, 2]) {
    await hasText(page, '#number', numbers[index]);
    await hasText(page, '#label', '未经服务器确认');
    await settled(page);
    await page.click('#go');
    await hasText(page, '.cover', `${index + 1} 下先存在本机`);
    taps.push(await clickedAt(page));
  }
  await hasText(page, '#number', numbers[3]);
  assert.deepEqual(await states(numbers), ['called', 'waiting', 'waiting', 'waiting']);
  await pause(4000);
  wire.mend();
  await live(page);
  await sent(page);
  await hasText(page, '#answer', `✓ ${numbers[2]} 已拍`);
  assert.deepEqual(await states(numbers), ['shot', 'shot', 'shot', 'called']);
  for (const index of [0, 1, 2]) {
    const off = Date.parse((await ticket(numbers[index])).shot_at) - taps[index];
    assert.ok(Math.abs(off) < OFF_MOST_MS, `${numbers[index]} is ${off} ms off`);
  }
  const shots = (await entries()).filter((entry) => entry.kind === 'shot' && entry.extra.startsWith('kept '));
  assert.equal(shots.length, 3);
  assert.equal(await page.isVisible('#told'), false);
  assert.equal(await page.evaluate(() => 'unsure' in document.body.dataset), false);
  await close(page);
});

test('the wall clock is set by hours meanwhile, or the tablet sleeps: the tap keeps its true time', async () => {
  const skew = () => {
    const [wall, mono] = [Date.now.bind(Date), performance.now.bind(performance)];
    window.skew = { wall: 0, slept: 0 };
    Date.now = () => wall() + window.skew.wall;
    performance.now = () => mono() - window.skew.slept;
  };
  for (const [what, change] of [['set', () => { window.skew.wall = 7200000; }], ['slept', () => { window.skew.slept = 4000; }]]) {
    const numbers = await line(2);
    const page = await open({ init: skew });
    wire.cut();
    await lost(page);
    await settled(page);
    await page.click('#go');
    const at = await clickedAt(page);
    await pause(4500);
    await page.evaluate(change); // asleep: the monotonic clock stood still for these four seconds
    wire.mend();
    await live(page);
    await sent(page);
    const off = Date.parse((await ticket(numbers[0])).shot_at) - at;
    assert.ok(Math.abs(off) < OFF_MOST_MS, `${what}: ${off} ms off`);
    await close(page);
  }
});

test('a server that stands still for 10 s: the tap under way and those after it, each once', async () => {
  const numbers = await line(3);
  const page = await open();
  await settled(page);
  daemon.signal('SIGSTOP');
  await page.click('#go');
  await hasText(page, '#answer', '正在发送');
  await lost(page);
  await hasText(page, '#number', numbers[1]);
  await tap(page);
  await hasText(page, '#number', numbers[2]);
  await pause(7000);
  daemon.signal('SIGCONT');
  await live(page);
  await sent(page);
  assert.deepEqual(await states(numbers), ['shot', 'shot', 'called']);
  const { counts } = await daemon.snapshot();
  assert.equal((await entries()).filter((entry) => entry.kind === 'shot' && numbers.includes(entry.number)).length <= 2, true);
  assert.equal(counts.called, 1);
  assert.equal(await page.isVisible('#told'), false);
  await close(page);
});

test('a restart in mid-tap: done, but the answer was lost; asked again with the same key, done once', async () => {
  const numbers = await line(3);
  const page = await open();
  const keys = [];
  await page.route('**/shot', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    await daemon.down('SIGKILL');
    return route.abort('connectionreset');
  });
  await tap(page);
  await eventually('the daemon is gone', () => daemon.child.signalCode === 'SIGKILL');
  await lost(page);
  await daemon.up();
  await live(page);
  await sent(page);
  assert.equal(new Set(keys).size, 1);
  assert.ok(keys.length > 1);
  assert.deepEqual(await states(numbers), ['shot', 'called', 'waiting']);
  await hasText(page, '#number', numbers[1]);
  await close(page);
});

test('a reload loses no kept tap', async () => {
  const numbers = await line(3);
  const page = await open();
  wire.cut();
  await lost(page);
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await tap(page);
  wire.mend();
  await page.reload();
  await live(page);
  await sent(page);
  assert.deepEqual(await states(numbers), ['shot', 'shot', 'called']);
  await close(page);
});

test('the line went on meanwhile: what is refused is told until somebody has seen it, what can be done is done', async () => {
  const numbers = await line(3);
  const page = await open();
  wire.cut();
  await lost(page);
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await tap(page);
  await hasText(page, '#number', numbers[2]);
  assert.equal((await daemon.act(numbers[0], 'miss')).status, 200); // at another desk, and nobody was called after it
  wire.mend();
  await live(page);
  await sent(page);
  await hasText(page, '#told-list', numbers[0]);
  assert.match(await textOf(page, '#told-list'), /\d\d:\d\d:\d\d.*已拍.*状态已变化/);
  assert.deepEqual(await states(numbers), ['missed', 'shot', 'called']);
  await page.reload();
  await live(page);
  await hasText(page, '#told-list', numbers[0]);
  await page.click('#told-list button');
  await eventually('it was seen', async () => !(await page.isVisible('#told')));
  await page.reload();
  await live(page);
  assert.equal(await page.isVisible('#told'), false);
  await close(page);
});

test('a kept shot is not meant for the retake that another tablet began meanwhile', async () => {
  const numbers = await line(2);
  const page = await open();
  wire.cut();
  await lost(page);
  await tap(page);
  assert.equal((await daemon.act(numbers[0], 'shot')).status, 200);
  assert.equal((await daemon.act(numbers[0], 'retake')).status, 200);
  wire.mend();
  await live(page);
  await hasText(page, '#told-list', numbers[0]);
  const { state, retakes } = await ticket(numbers[0]);
  assert.deepEqual([state, retakes], ['called', 1]);
  await page.click('#told-list button');
  await close(page);
});

test('two tablets without network tap the same people: each number once, and the slower tablet is told', async () => {
  const numbers = await line(3);
  const [one, two] = [await open(), await open({ role: 'marshal' })];
  wire.cut();
  for (const page of [one, two]) {
    await lost(page);
    await tap(page);
    await hasText(page, '#number', numbers[1]);
    await tap(page);
  }
  wire.mend();
  await Promise.all([live(one), live(two)]);
  await Promise.all([sent(one), sent(two)]);
  assert.deepEqual(await states(numbers), ['shot', 'shot', 'called']);
  const told = (await Promise.all([kept(one), kept(two)])).flatMap((each) => each.told.map(({ number }) => number)).sort();
  assert.deepEqual(told, numbers.slice(0, 2));
  const shots = (await entries()).filter((entry) => entry.kind === 'shot').slice(-2).map((entry) => entry.value);
  assert.deepEqual(shots, [1, 1]);
  await close(one, two);
});

test('older than a day: shown, not sent', async () => {
  const numbers = await line(2);
  const page = await open();
  await page.evaluate((number) => {
    const tapped = { wall: Date.now() - 25 * 3600000, mono: 0, life: 'before', anchor: null };
    localStorage.setItem('paihao.outbox.A', JSON.stringify({ taps: [{ key: 'old-tap', time: tapped, verb: 'shot', number, body: {}, kept: true, path: `/api/v1/lanes/A/tickets/${number}/shot` }], told: [] }));
  }, numbers[0]);
  await page.reload();
  await live(page);
  await hasText(page, '#told-list', '超过 24 小时');
  assert.deepEqual(await states(numbers), ['called', 'waiting']);
  await page.click('#told-list button');
  await close(page);
});

test('a number of another event is never meant; what cannot be stored is kept all the same', async () => {
  const numbers = await line(3);
  const page = await open();
  wire.cut();
  await lost(page);
  await page.evaluate(() => { Storage.prototype.setItem = () => { throw new Error('full'); }; });
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await tap(page);
  await hasText(page, '.cover', '2 下先存在本机');
  await hasText(page, '#alarm', '本机存不下，勿关闭或刷新此页');
  assert.equal(await page.isVisible('#alarm'), true);
  await page.evaluate(() => dispatchEvent(new StorageEvent('storage', { key: 'paihao.outbox.A' }))); // another window wrote
  await hasText(page, '.cover', '2 下先存在本机');
  const guarded = await page.evaluate(() => { const event = new Event('beforeunload', { cancelable: true }); dispatchEvent(event); return event.defaultPrevented; });
  assert.equal(guarded, true, 'the browser asks before the page is left');
  wire.mend();
  await live(page);
  await eventually('both arrived', async () => (await daemon.stateOf(numbers[1])) === 'shot', 8000);
  await close(page);
  const later = await open();
  await later.evaluate((number) => {
    const time = { wall: Date.now() - 60000, mono: 0, life: 'before', anchor: null };
    const tap = { key: 'yesterday', time, verb: 'shot', number, body: {}, kept: false, path: `/api/v1/lanes/A/tickets/${number}/shot`, issued: '2026-01-01T00:00:00.000000Z' };
    localStorage.setItem('paihao.outbox.A', JSON.stringify({ taps: [tap], told: [] }));
  }, numbers[2]);
  await later.reload();
  await live(later);
  await hasText(later, '#told-list', '另一场活动');
  assert.equal(await daemon.stateOf(numbers[2]), 'called');
  await later.click('#told-list button');
  await close(later);
});

test('undo: a button for some seconds and a key; the frame does not count, whoever was called stays called', async () => {
  const numbers = await line(3);
  const page = await open();
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await hasText(page, '#undo', numbers[0]);
  const { height } = await page.locator('#undo').boundingBox();
  assert.ok(height >= 48, `${height}`);
  await page.click('#undo');
  await hasText(page, '#answer', `✓ ${numbers[0]} 已撤销`);
  await hasText(page, '#number', numbers[0]);
  assert.deepEqual(await states(numbers), ['called', 'called', 'waiting']);
  assert.equal((await ticket(numbers[0])).shot_at, null);
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await page.keyboard.press('Backspace');
  await hasText(page, '#number', numbers[0]);
  assert.deepEqual(await states(numbers), ['called', 'called', 'waiting']);
  await tap(page, 'miss');
  await hasText(page, '#answer', '不能撤销');
  assert.equal(await page.isVisible('#undo'), false);
  await page.keyboard.press('Backspace');
  await hasText(page, '#answer-hint', '没有可撤销');
  assert.deepEqual(await states(numbers), ['missed', 'called', 'waiting']);
  await close(page);
});

test('undo without network is kept behind the shot it takes back', async () => {
  const numbers = await line(2);
  const page = await open();
  wire.cut();
  await lost(page);
  await tap(page);
  await hasText(page, '#number', numbers[1]);
  await page.click('#undo');
  await hasText(page, '#number', numbers[0]);
  wire.mend();
  await live(page);
  await sent(page);
  assert.deepEqual(await states(numbers), ['called', 'called']);
  assert.equal((await ticket(numbers[0])).shot_at, null);
  await close(page);
});

test('a pedal teaches the page its key; a reset forgets it', async () => {
  const numbers = await line(4);
  const page = await open();
  await page.click('#keys');
  await page.click('#key-add-step');
  await page.keyboard.press('F9');
  await hasText(page, '[data-action="step"]', 'F9');
  await page.click('#key-add-miss');
  await page.keyboard.press('ArrowRight'); // one key does one thing
  await hasText(page, '[data-action="miss"]', '→');
  assert.equal((await textOf(page, '[data-action="step"]')).includes('→'), false);
  await page.click('#keys-close');
  await settled(page);
  await page.keyboard.press('F9');
  await hasText(page, '#number', numbers[1]);
  await page.reload();
  await live(page);
  await settled(page);
  await page.keyboard.press('ArrowRight');
  await hasText(page, '#number', numbers[2]);
  assert.deepEqual(await states(numbers), ['shot', 'missed', 'called', 'waiting']);
  await page.click('#keys');
  await page.click('#keys-reset');
  await hasText(page, '[data-action="step"]', '→');
  await page.click('#keys-close');
  await settled(page);
  await page.keyboard.press('ArrowRight');
  await hasText(page, '#number', numbers[3]);
  assert.equal(await daemon.stateOf(numbers[2]), 'shot');
  await close(page);
});

test('the browser complained of nothing', () => assert.deepEqual(browser.complaints, []));
