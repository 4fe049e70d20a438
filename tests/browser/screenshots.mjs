// Pictures of every page at the sizes it is used at, to be looked at by a person: node screenshots.mjs FOLDER
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Browser, Daemon, hasText, live, pause, person, roster } from './daemon.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node screenshots.mjs FOLDER');
  process.exit(2);
}
// The least phone, the old tablet and the upright one are where most of what was wrong was seen.
const SIZES = {
  small: { width: 360, height: 640 }, phone: { width: 390, height: 844 }, old: { width: 1024, height: 600 }, upright: { width: 800, height: 1280 },
  tablet: { width: 1280, height: 800 }, tv: { width: 1920, height: 1080 },
};
await mkdir(folder, { recursive: true });
const daemon = await Daemon.start({ lines: ['line_limit = 12'] });
const browser = await Browser.start();
const take = async (page, name) => { await pause(400); await page.screenshot({ path: path.join(folder, `${name}.png`) }); };
const pictures = async (name, { prepare = async () => {}, pages = ['photographer', 'marshal', 'display'], sizes = Object.keys(SIZES), schemes = ['light'] } = {}) => {
  for (const kind of pages) {
    for (const size of sizes) {
      for (const colorScheme of schemes) {
        const page = await browser.open(daemon, kind, { size: SIZES[size], colorScheme, expects: /./ });
        await prepare(page);
        await take(page, `${kind}-${name}-${size}-${colorScheme}`);
        await page.context().close();
      }
    }
  }
};

// A day with rules: the spoken check, the stop, overrides, classes, payments, the liaison's and the office's pages.
async function dayWithRules() {
  const day = await Daemon.start({
    rules: 'payment = "token"\nfee = "15.00"\npayment_gate = "refuse"\norder = "alarm"\nmissed = "session-end"\nspoken_check = true\nline_limit = 4\n',
    lists: { people: roster({ 计算机2101班: 12, 软件工程2102班: 30 }) },
  });
  const open = async (kind, size) => {
    const page = await browser.device({ size: SIZES[size], expects: /./ });
    await page.goto(`${day.origin}/${kind}/?lane=A#token=${kind === 'office' ? day.tokens.whole : day.tokens[kind]}`);
    await live(page);
    return page;
  };
  const each = async (kind, name, prepare = async () => {}) => {
    for (const size of ['small', 'phone', 'old', 'upright', 'tablet']) {
      const page = await open(kind, size);
      await prepare(page);
      await take(page, `day-${kind}-${name}-${size}`);
      await page.context().close();
    }
  };
  try {
    for (const n of [1, 2, 3]) {
      await day.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', card: true });
      await day.checkIn(person(n));
    }
    await each('marshal', 'override', async (page) => {
      await page.fill('#id-number', person(8).id_number);
      await page.fill('#name', person(8).name);
      await page.click('#issue');
      await page.click('#issued .help-button');
    });
    await day.act('A0001', 'call');
    await each('photographer', 'unsaid');
    await day.act('A0001', 'confirm');
    await day.api('POST', '/lanes/A/tickets/A0003/void', { reason: 'left' }, 'marshal');
    await each('photographer', 'confirmed');
    await day.act('A0001', 'shot', { advance: true, card: true });
    await day.act('A0002', 'mismatch');
    await each('photographer', 'stop');
    await each('marshal', 'stopped');
    await each('marshal', 'classes', (page) => page.click('[data-to-view="classes"]'));
    await each('marshal', 'payments', (page) => page.click('[data-to-view="payments"]'));
    await each('liaison', 'class', (page) => page.locator('.class-row').first().click());
    for (const view of ['sessions', 'devices', 'profile', 'lists', 'schedule', 'classes', 'figures']) await each('office', view, (page) => page.click(`[data-to-view="${view}"]`));
  } finally {
    await day.stop();
  }
}

try {
  await dayWithRules();
  const start = await browser.device({ size: SIZES.tablet });
  await start.goto(daemon.origin);
  await take(start, 'start');
  await start.goto(`${daemon.origin}/pair/`);
  await take(start, 'pair');
  await pictures('empty', { sizes: ['tablet'] });
  const names = ['张明', '李小华', '欧阳文静', '王芳', '古丽娜尔·买买提', '陈', '刘洋', '赵敏', '周强'];
  const numbers = [];
  for (const [index, name] of names.entries()) {
    const someone = person(index + 1, name);
    if (index === 3) Object.assign(someone, { medium: 'capture_code', payload_base64: Buffer.from('page test').toString('base64') });
    if (index === 3) { delete someone.id_number; delete someone.name; }
    numbers.push(await daemon.checkIn(someone));
  }
  await pictures('ready', { pages: ['photographer', 'display'], sizes: ['tablet'] });
  await daemon.act(numbers[0], 'call');
  await daemon.act(numbers[0], 'shot', { advance: true });
  await daemon.act(numbers[1], 'miss', { advance: true });
  await pictures('called', { schemes: ['light', 'dark'] });
  await daemon.act(numbers[2], 'shot', { advance: true });
  const english = (page) => page.locator('[data-switch-language]').first().click();
  await pictures('english', { prepare: english, sizes: ['phone', 'tablet'], schemes: ['dark'] });
  await pictures('sure', { pages: ['photographer'], sizes: ['phone', 'tablet'], prepare: (page) => page.click('#retake') });
  await pictures('void', { pages: ['photographer'], sizes: ['tablet'], prepare: (page) => page.click('#void') });
  await pictures('wrong', {
    pages: ['marshal'], sizes: ['phone', 'tablet'],
    prepare: async (page) => { await page.fill('#id-number', '990101200102030011'); await page.fill('#name', '测试'); await page.click('#issue'); },
  });
  await pictures('sign', { pages: ['marshal'], sizes: ['phone', 'tablet'], prepare: (page) => page.click('#sign-open') });
  const lost = await Promise.all(['photographer', 'marshal', 'display'].map((kind) => browser.open(daemon, kind, { size: SIZES.tablet, expects: /./ })));
  daemon.signal('SIGSTOP');
  for (const page of lost) await hasText(page, '.cover-title', '连接已断');
  for (const page of lost) await take(page, `lost-${new URL(page.url()).pathname.split('/')[1]}`);
} finally {
  await browser.stop();
  await daemon.stop();
}
