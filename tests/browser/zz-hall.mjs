import { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled, shoot, browser, SIZES } from './zz-lib.mjs';
const d = await Daemon.start({ rules: 'spoken_check = true\nmissed = "session-end"\nline_limit = 7\n', lanes: ['B', 'C1', '2024'], room: '图书馆东配楼多功能厅' });
const at = (lane, n, verb, body = {}) => d.api('POST', `/lanes/${lane}/tickets/${n}/${verb}`, body, 'whole');
try {
  const W = { token: d.tokens.whole };
  await shoot(d, 'display', '0empty', { sizes: ['small', 'phone', 'portrait', 'tv', 'uhd'], ...W });
  let n = 1;
  const nums = {};
  for (const [lane, count] of [['A', 7], ['B', 6], ['C1', 5], ['2024', 6]]) { nums[lane] = []; for (let i = 0; i < count; i += 1) { nums[lane].push((await d.api('POST', `/lanes/${lane}/tickets`, person(n), 'whole')).data.number); n += 1; } }
  await shoot(d, 'display', '1ready', { sizes: ['tv'], ...W });
  await shoot(d, 'marshal', '1full', { sizes: ['small', 'phone', 'old', 'tablet', 'portrait', 'tv'], languages: ['zh', 'en'], ...W });
  await shoot(d, 'marshal', 'sign-full', { sizes: ['small', 'old', 'portrait', 'tv'], ...W, prepare: (p) => p.click('#sign-open') });
  for (const lane of ['A', 'B', '2024']) await at(lane, nums[lane][0], 'call');
  await shoot(d, 'display', '2called', { sizes: ['small', 'phone', 'old', 'tablet', 'portrait', 'tv', 'uhd'], themes: ['dark', 'light'], languages: ['zh', 'en'], ...W });
  await at('A', nums.A[0], 'miss', { advance: true });
  await at('2024', nums['2024'][0], 'miss', { advance: true });
  await at('B', nums.B[0], 'mismatch', {});
  await shoot(d, 'display', '3missed', { sizes: ['small', 'old', 'tv'], languages: ['zh', 'en'], ...W });
  await shoot(d, 'display', '4lanes', { sizes: ['small', 'phone', 'old', 'tablet', 'portrait', 'tv', 'uhd'], query: '?lane=A,B,C1,2024', ...W });
  await shoot(d, 'display', '2lanes', { sizes: ['small', 'old', 'tv'], query: '?lane=B,2024', ...W });
  await shoot(d, 'display', 'light4', { sizes: ['tv'], themes: ['light'], languages: ['en'], query: '?lane=A,B,C1,2024', ...W });
  await shoot(d, 'display', 'choose', { sizes: ['phone', 'tv'], query: '?lane=Z', ...W });
  await shoot(d, 'photographer', 'choose', { sizes: ['phone', 'tablet'], query: '', ...W });
  await d.tool('session', 'close', '--lane', 'A');
  await shoot(d, 'photographer', 'closed', { sizes: ['small', 'tablet'], languages: ['zh', 'en'] });
  await shoot(d, 'marshal', 'closed', { sizes: ['phone', 'tablet'], languages: ['zh', 'en'] });
  await shoot(d, 'marshal', 'sign-closed', { sizes: ['small', 'tv'], ...W, prepare: (p) => p.click('#sign-open') });
  await shoot(d, 'check', 'closed', { sizes: ['small', 'old', 'tv'], ...W });
  await d.tool('session', 'open', '--lane', 'A');
  await shoot(d, 'check', 'invite', { sizes: ['small', 'old', 'tv'], languages: ['zh', 'en'], ...W });
  const scan = (text) => async (p) => { await p.fill('#scan', text); await p.press('#scan', 'Enter'); await pause(500); };
  await shoot(d, 'check', 'accepted', { sizes: ['small', 'old', 'tv'], languages: ['zh', 'en'], ...W, prepare: scan('an opaque capture code of a test') });
  await shoot(d, 'check', 'link', { sizes: ['small', 'old', 'tv'], languages: ['zh', 'en'], ...W, prepare: scan('https://example.edu.cn/login') });
  await shoot(d, '', 'index', { sizes: ['small', 'phone', 'tablet', 'tv'], languages: ['zh', 'en'], query: '', ...W, full: true });
  await shoot(d, 'pair', 'pair', { sizes: ['small', 'tablet'], languages: ['zh', 'en'], query: '', full: true, token: '' });
  await shoot(d, 'pair', 'bad', { sizes: ['small', 'tablet'], languages: ['en'], query: '', full: true, token: 'wrong' });
} finally { await browser.stop(); await d.stop(); }
