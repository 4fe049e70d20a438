import { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled, shoot, browser, SIZES } from './zz-lib.mjs';
const LONG = '马克思主义基本原理专业（中外合作·专升本）2021级卓越教师实验第二十三班';
const classes = { [LONG]: 9, '"<b>=班"': 3, '=cmd()|A1': 2 };
for (let n = 1; n <= 58; n += 1) classes[`计算机科学与技术21${String(n).padStart(2, '0')}班`] = 3;
const schedule = `机位,日期,时间,单位,人数\nA,2026-11-23,08:30-09:10,${LONG},60\nA,2026-11-23,13:00-09:10,计算机科学与技术2101班,30\n${Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'A' : '2024'},2026-11-2${3 + (i % 3)},${String(8 + (i >> 1)).padStart(2, '0')}:00-${String(8 + (i >> 1)).padStart(2, '0')}:40,计算机科学与技术21${String(i + 2).padStart(2, '0')}班,3`).join('\n')}\n`;
const d = await Daemon.start({ rules: 'payment = "token"\nfee = "15.00"\npayment_gate = "warn"\nspoken_check = true\nmissed = "session-end"\nline_limit = 7\n', lanes: ['B', 'C1', '2024'], lists: { people: roster(classes), schedule } });
const whole = { token: d.tokens.whole };
try {
  for (let n = 1; n <= 12; n += 1) { if (n % 3) await d.api('POST', '/payments/record', { ...person(n), state: 'paid', method: 'cash', card: true }); }
  for (let n = 1; n <= 5; n += 1) {
    const number = await d.checkIn(person(n));
    await d.act(number, 'call');
    if (n === 3) { await d.act(number, 'miss'); continue; }
    await d.act(number, 'confirm'); await d.act(number, 'shot', n % 2 ? { card: true } : {});
  }
  for (let n = 6; n <= 8; n += 1) await d.checkIn(person(n));
  for (let i = 0; i < 30; i += 1) await d.tool('token', 'create', '--role', ['photographer', 'marshal', 'display', 'liaison'][i % 4], '--lane', 'A');
  await d.act('A0006', 'call'); await d.act('A0006', 'mismatch');
  const S = ['small', 'tablet'];
  const views = ['sessions', 'devices', 'profile', 'lists', 'schedule', 'classes', 'figures', 'ledger', 'handover', 'sheets'];
  for (const view of views) await shoot(d, 'office', view, { sizes: S, languages: ['zh', 'en'], query: '', ...whole, full: true, wait: 500, prepare: (p) => p.click(`[data-to-view="${view}"]`) });
  for (const view of ['ledger', 'handover', 'classes']) await shoot(d, 'office', view, { sizes: ['tablet'], themes: ['dark'], query: '', ...whole, wait: 500, prepare: (p) => p.click(`[data-to-view="${view}"]`) });
  await shoot(d, 'office', 'classopen', { sizes: S, languages: ['en'], query: '', ...whole, full: true, wait: 500, prepare: async (p) => { await p.click('[data-to-view="classes"]'); await p.locator('.class-row').first().click(); } });
  await shoot(d, 'liaison', 'list', { sizes: ['small', 'tablet'], languages: ['zh', 'en'], query: '' });
  await shoot(d, 'liaison', 'class', { sizes: ['small', 'phone', 'tablet'], languages: ['zh', 'en'], query: '', prepare: (p) => p.locator('.class-row').first().click() });
  await shoot(d, 'marshal', 'classes', { sizes: ['small', 'old'], languages: ['en'], prepare: (p) => p.click('[data-to-view="classes"]') });
  await shoot(d, 'marshal', 'payments', { sizes: ['small', 'tablet'], languages: ['zh', 'en'], full: true, prepare: (p) => p.click('[data-to-view="payments"]') });
  await shoot(d, 'marshal', 'menu', { sizes: ['small', 'old'], languages: ['zh', 'en'], prepare: (p) => p.locator('[data-act]').first().click() });
  // sign a line, close with open lines
  await shoot(d, 'office', 'close', { sizes: S, languages: ['zh', 'en'], query: '', ...whole, full: true, prepare: async (p) => { await p.locator('#event-close').click(); await p.locator('#event-close').click(); await pause(800); } });
  await shoot(d, 'office', 'signed', { sizes: S, languages: ['zh'], query: '', ...whole, full: true, wait: 500, prepare: async (p) => {
    await p.click('[data-to-view="ledger"]'); await pause(600);
    for (let i = 0; i < 2; i += 1) { const form = p.locator('.ledger-line form:visible').first(); await form.locator('input[type=text], input:not([type])').first().fill('负责人已核对，卡遗失，学生另行补交'); await form.locator('button').first().click(); await pause(1200); }
  } });
  await shoot(d, 'office', 'packed', { sizes: S, languages: ['zh'], query: '', ...whole, full: true, wait: 300, prepare: async (p) => { await p.click('[data-to-view="handover"]'); await p.click('[data-start="agency"]'); await p.locator('.handover-passphrase').waitFor({ timeout: 20000 }); } });
  await shoot(d, 'office', 'preview', { sizes: S, languages: ['zh', 'en'], query: '', ...whole, full: true, wait: 500, prepare: async (p) => {
    await p.click('[data-to-view="lists"]');
    await p.setInputFiles('#list-file', { name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(`${roster({ '=cmd()班': 3 })}2022999,990101200102039999,错号,信息学院,<b>班,本科\n`) });
    await p.click('#list-preview'); await pause(1000); } });
  for (const view of ['devices']) await shoot(d, 'office', 'code', { sizes: S, languages: ['zh', 'en'], query: '', ...whole, wait: 500, prepare: async (p) => { await p.click('[data-to-view="devices"]'); await p.click('#device-make'); await pause(600); } });
  await shoot(d, 'office', 'badprofile', { sizes: ['tablet'], query: '', ...whole, wait: 500, prepare: async (p) => { await p.click('[data-to-view="profile"]'); await pause(400); await p.fill('#profile-text', 'nonsense = 3\n'); await p.click('#profile-save'); await pause(500); } });
} finally { await browser.stop(); await d.stop(); }
