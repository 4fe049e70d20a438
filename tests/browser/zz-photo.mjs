import { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled, shoot, browser, SIZES } from './zz-lib.mjs';
const RULES = 'payment = "token"\nfee = "15.00"\npayment_gate = "warn"\norder = "alarm"\nspoken_check = true\nmissed = "session-end"\nline_limit = 6\n';
const LONG = '马克思主义基本原理专业（中外合作·专升本）2021级卓越教师实验第二十三班';
const NAMES = ['𠮷田䶮', '㛃丽', '<script>alert(1)</script>', '=cmd()', '古丽娜尔·买买提·吐尔逊', '张'];
let people = roster({ [LONG]: 8, '"<b>=班"': 6 });
NAMES.forEach((n, i) => { people = people.replace(`测试${i + 1},`, `${n},`); });
const d = await Daemon.start({ rules: RULES, lanes: ['2024'], lists: { people } });
try {
  const names = NAMES;
  const all = process.argv[3] ? process.argv[3].split(',') : ['small', 'phone', 'old', 'tablet', 'portrait', 'tv', 'uhd'];
  await shoot(d, 'photographer', '0empty', { sizes: ['small', 'tablet'] });
  for (let n = 1; n <= 6; n += 1) {
    if (n < 5) await d.api('POST', '/payments/record', { ...person(n), name: names[n - 1], state: 'paid', method: 'cash', card: true });
    await d.checkIn({ ...person(n), name: names[n - 1] });
  }
  await shoot(d, 'photographer', '1ready', { sizes: ['small', 'old', 'tablet'], languages: ['zh', 'en'] });
  await d.act('A0001', 'call');
  await shoot(d, 'photographer', '2unsaid', { sizes: all, languages: ['zh', 'en'] });
  await d.api('POST', '/lanes/A/tickets/A0004/void', { reason: '<img src=x>' }, 'marshal');
  await d.api('POST', '/lanes/A/tickets/A0006/void', { reason: 'left' }, 'marshal');
  await shoot(d, 'photographer', '3unsaidvoid', { sizes: all, languages: ['en'] });
  await d.act('A0001', 'confirm');
  await shoot(d, 'photographer', '4confirmedvoid', { sizes: all, languages: ['zh', 'en'] });
  await d.act('A0001', 'shot', { advance: true, card: true });
  await d.act('A0002', 'confirm');
  await shoot(d, 'photographer', '5retaken', { sizes: ['small', 'tablet'], prepare: async (p) => { await settled(p); await p.click('#no-card'); await p.locator('#undo:visible').waitFor(); } });
  // lost, kept taps
  const pages = [];
  for (const [l, s] of [['zh', 'small'], ['zh', 'old'], ['zh', 'tablet'], ['en', 'small'], ['en', 'phone'], ['en', 'portrait']]) {
    const page = await browser.device({ size: { width: SIZES[s][0], height: SIZES[s][1] }, expects: /./ });
    await page.addInitScript((x) => { localStorage.setItem('paihao.language', x); }, l);
    await page.goto(`${d.origin}/photographer/?lane=A#token=${d.tokens.photographer}`);
    await live(page);
    pages.push([page, l, s]);
  }
  await settled(pages[0][0]);
  d.signal('SIGSTOP');
  for (const [page, l, s] of pages) {
    await page.locator('html[data-link="lost"]').waitFor({ state: 'attached', timeout: 30000 });
    await page.screenshot({ path: `${process.argv[2]}/photographer-6lost-${s}-${l}.png` });
    await page.locator('#confirm:not([data-settling])').click().catch(() => {});
    await pause(1700);
    await page.locator('#miss').click().catch(() => {});
    await pause(300);
    await page.screenshot({ path: `${process.argv[2]}/photographer-7kept-${s}-${l}.png` });
  }
  d.signal('SIGCONT');
  for (const [page, l, s] of pages) { await live(page).catch(() => {}); await pause(600); await page.screenshot({ path: `${process.argv[2]}/photographer-8told-${s}-${l}.png` }); }
  for (const [page] of pages) await page.context().close();
  const now = (await d.snapshot()).current;
  if (now) await d.act(now.number, 'mismatch');
  await shoot(d, 'photographer', '9stop', { sizes: all, languages: ['zh', 'en'] });
  await shoot(d, 'marshal', '9stopped', { sizes: ['small', 'old', 'portrait'], languages: ['zh', 'en'], full: true });
  await shoot(d, 'display', '9stopped', { sizes: ['tv'], token: d.tokens.whole });
  await d.tool('session', 'open', '--lane', '2024').catch(() => {});
  for (let n = 9; n <= 12; n += 1) console.log((await d.api('POST', '/lanes/2024/tickets', person(n), 'whole')).data.number);
  const num = (await d.api('GET', '/lanes/2024', undefined, 'whole')).data.line[0].number;
  await d.api('POST', `/lanes/2024/tickets/${num}/call`, {}, 'whole');
  await shoot(d, 'photographer', 'a4digits', { sizes: all, query: '?lane=2024', token: d.tokens.whole });
  await shoot(d, 'display', 'a4digits', { sizes: ['small', 'old', 'tv'], query: '?lane=2024', token: d.tokens.whole });
} finally { await browser.stop(); await d.stop(); }
