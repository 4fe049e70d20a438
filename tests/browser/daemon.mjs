// A real daemon with a fresh event for one test file, and browser contexts paired with it.
// PAIHAO_BUILD names the folder of the programs (default: build/ of this tree).
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
// Which element says who is called.
export const CALLED = { photographer: '#number', marshal: '#now', display: '#now' };
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = path.resolve(process.env.PAIHAO_BUILD || path.join(ROOT, 'build'));
// Every limit of a wait is multiplied by this (as in the other tests from outside): a limit matters only when something fails,
// so it may be generous. It is for limits alone: no test asserts how fast anything is, and none pauses longer for it.
export const PATIENCE = Number(process.env.PAIHAO_PATIENCE) || (/^[at]san$/.test(path.basename(BUILD)) ? 6 : 3);
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Asks `probe` until it gives something true; fails after `limit_ms`, with the patience of this run, with what it gave last.
export async function eventually(what, probe, limit_ms = 5000) {
  const end = Date.now() + limit_ms * PATIENCE;
  let last;
  for (;;) {
    try { last = await probe(); } catch (error) { last = error; }
    if (last && !(last instanceof Error)) return last;
    if (Date.now() > end) throw new Error(`not in ${limit_ms * PATIENCE} ms: ${what} (last: ${last})`);
    await pause(30);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

// Synthetic people: region 990101, valid check digits (GB 11643).
export function person(number, name = '') {
  const digits = `99010120010203${String(number).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return { medium: 'manual', id_number: digits + '10X98765432'[sum % 11], name: name || `测试${number}` };
}

export class Daemon {
  // `lanes`: more lanes beside A. `rules`: settings of a profile, as text; none: the plain profile. `lists`: {people, paid, ...: CSV text}, stored once it is up.
  static async start({ lines = [], room = 'E201', lanes = [], open = true, rules = '', lists = {} } = {}) {
    const daemon = new Daemon();
    daemon.folder = await mkdtemp(path.join(tmpdir(), 'paihao-browser-'));
    daemon.port = await freePort();
    daemon.origin = `http://127.0.0.1:${daemon.port}`;
    daemon.config = path.join(daemon.folder, 'paihao.conf');
    await writeFile(daemon.config, `data_dir = "${daemon.folder}/data"\nhttp { listen = "127.0.0.1:${daemon.port}" }\n`
      + `lane "A" {\n  room = "${room}"\n${lines.map((line) => `  ${line}\n`).join('')}}\n${lanes.map((lane) => `lane "${lane}" {\n  room = "${lane}101"\n}\n`).join('')}`);
    const profile = path.join(daemon.folder, 'page-tests.conf');
    await writeFile(profile, rules);
    await daemon.tool('event', 'create', '--name', 'Page tests', ...(rules ? ['--profile', profile] : []));
    daemon.tokens = {};
    for (const role of ['display', 'photographer', 'marshal', 'liaison', 'office']) {
      const made = await daemon.tool('token', 'create', '--role', role, '--lane', 'A', '--json');
      daemon.tokens[role] = JSON.parse(made).token;
    }
    daemon.tokens.whole = JSON.parse(await daemon.tool('token', 'create', '--role', 'office', '--json')).token; // of all lanes
    for (const lane of open ? ['A', ...lanes] : []) await daemon.tool('session', 'open', '--lane', lane);
    await daemon.up();
    for (const [kind, text] of Object.entries(lists)) await daemon.store(kind, text);
    return daemon;
  }

  async tool(...args) {
    const { stdout } = await run(path.join(BUILD, 'paihao'), ['--config', this.config, ...args]);
    return stdout;
  }

  async up() {
    this.log = '';
    this.child = spawn(this.program || path.join(BUILD, 'paihaod'), ['--config', this.config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (data) => { this.log = (this.log + data).slice(-20000); });
    await eventually(`the daemon answers; its log: ${this.log}`, async () => {
      if (this.child.exitCode !== null) throw new Error(`the daemon ended: ${this.log}`);
      return (await fetch(`${this.origin}/healthz`)).ok;
    }, 10000);
  }

  signal(name) { this.child.kill(name); }

  async down(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    await ended;
  }

  async stop() {
    await this.down();
    await rm(this.folder, { recursive: true, force: true });
  }

  // A request with the office's token, or another role's; gives {status, data}.
  async api(method, route, body, role = 'office') {
    const response = await fetch(`${this.origin}/api/v1${route}`, {
      method,
      headers: { Authorization: `Bearer ${this.tokens[role]}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await response.text();
    return { status: response.status, data: text ? JSON.parse(text) : null };
  }

  async checkIn(someone) {
    const { status, data } = await this.api('POST', '/lanes/A/tickets', someone);
    if (status !== 201) throw new Error(`check-in gave ${status} ${JSON.stringify(data)}`);
    return data.number;
  }

  // A list, as the office's page sends a file.
  async store(kind, text) {
    const route = kind === 'paid' ? 'payments?' : kind === 'schedule' ? 'schedule?' : `roster?kind=${kind}&`;
    const response = await fetch(`${this.origin}/api/v1/${route}accept=good`, {
      method: 'POST', body: text, headers: { Authorization: `Bearer ${this.tokens.whole}`, 'Content-Type': 'application/octet-stream' },
    });
    if (response.status !== 200) throw new Error(`the list ${kind} gave ${response.status} ${await response.text()}`);
    return response.json();
  }

  act(number, verb, body = {}) { return this.api('POST', `/lanes/A/tickets/${number}/${verb}`, body); }

  async snapshot() { return (await this.api('GET', '/lanes/A')).data; }

  async stateOf(number) {
    const view = await this.snapshot();
    const known = [view.current, view.last, ...view.line, ...view.done].filter(Boolean);
    return known.find((ticket) => ticket.number === number)?.state;
  }
}

// A list of people, as a school sends it: classes of the given sizes, students 2022001 and on, ID numbers as person() has them.
export function roster(classes) {
  let number = 0;
  const rows = Object.entries(classes).flatMap(([unit, count]) => Array.from({ length: count }, () => {
    number += 1;
    const { id_number: id, name } = person(number);
    return `${2022000 + number},${id},${name},信息学院,${unit},本科`;
  }));
  return `学号,身份证号,姓名,学院,班级,层次\n${rows.join('\n')}\n`;
}

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--autoplay-policy=user-gesture-required'],
    });
    browser.complaints = [];
    return browser;
  }

  async stop() { await this.chromium.close(); }

  // A device of its own (cookies, language), with a page that is paired and live.
  async open(daemon, name, options = {}) {
    const page = await this.device(options);
    const address = `${daemon.origin}/${name}/?lane=A#token=${daemon.tokens[options.role || name]}`;
    await page.goto(address);
    await live(page);
    return page;
  }

  // `expects` matches console messages that the test provokes (Chromium itself logs every 4xx and lost connection).
  async device({ size = { width: 1280, height: 800 }, bypassCSP = false, colorScheme = 'light', expects = null } = {}) {
    const context = await this.chromium.newContext({ viewport: size, bypassCSP, colorScheme, locale: 'zh-CN' });
    context.setDefaultTimeout(30000 * PATIENCE);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error}`));
    page.on('console', (message) => {
      const text = message.text();
      // Every page asks first whether it is paired.
      const isAsking = /status of 401/.test(text) && message.location().url.endsWith('/api/v1/me');
      const isExpected = isAsking || (expects && expects.test(text));
      if (['error', 'warning'].includes(message.type()) && !isExpected) this.complaints.push(`${page.url()}: ${text}`);
    });
    return page;
  }
}

// Not waitForFunction: it evaluates strings, which the pages' policy forbids.
export const live = (page) => page.locator('html[data-link="live"]').waitFor({ state: 'attached', timeout: 8000 * PATIENCE });
export const LOSS = /net::ERR_|EventSource/;
export const textOf = (page, selector) => page.locator(selector).innerText();
export const hasText = (page, selector, text, limit_ms = 5000) => eventually(`${selector} says ${text}`,
  async () => { const got = await textOf(page, selector); if (got.includes(text)) return true; throw new Error(got); }, limit_ms);
// The main button listens again: the number has stood for 1.5 s and nothing is being sent.
export const settled = (page) => page.locator('#go:not([data-settling]):not([data-pending])').waitFor({ timeout: 5000 * PATIENCE });

const NAMED_KEYS = { Enter: [13, '\r'], Tab: [9, ''], Backspace: [8, ''] };
// Types as a scanner does: every key is on its way before the first is answered, so that a busy machine makes no pauses
// which the page would take for a hand's. `ending` is a key's name or '', pressed `times`. Gives the longest pause between two keys, by the page's own
// clock: beyond SLOW_MS the page may be right to take it for a hand's, and says so.
export const SLOW_MS = 250;
export const TAKEN_FOR_A_HAND = /像是手打的|没有扫完整|looks typed by hand|was not whole/;
export async function burst(page, text, ending = '', times = 1) {
  await page.evaluate(() => {
    window.keys ||= document.addEventListener('keydown', () => {
      const now = performance.now();
      window.keys.longest = Math.max(window.keys.longest, now - (window.keys.last || now));
      window.keys.last = now;
    }, true) || {};
    Object.assign(window.keys, { last: 0, longest: 0 });
  });
  const session = await page.context().newCDPSession(page);
  const keys = [...text].map((key) => ({ key, text: key }));
  if (ending) {
    const [windowsVirtualKeyCode, typed] = NAMED_KEYS[ending];
    for (let i = 0; i < times; i += 1) keys.push({ key: ending, code: ending, windowsVirtualKeyCode, text: typed });
  }
  await Promise.all(keys.flatMap((key) => [
    session.send('Input.dispatchKeyEvent', { type: key.text ? 'keyDown' : 'rawKeyDown', ...key }),
    session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, text: undefined }),
  ]));
  await session.detach();
  return page.evaluate(() => window.keys.longest);
}
