import { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled, shoot, browser, SIZES } from './zz-lib.mjs';
import { Emulator } from './emulator.mjs';
const emulator = await Emulator.start();
const d = await Daemon.start({ rules: 'media = {"id_card", "capture_code", "chip"}\npayment = "prepaid"\npayment_gate = "refuse"\noverrides = "marshal"\norder = "alarm"\nmissed = "session-end"\n', lines: [`reader "door" { driver = "sam" device = "serial:${emulator.folder}/door" }`, `reader "gun" { driver = "scanner" device = "serial:/dev/nowhere" }`] });
try {
  const one = async (sizes, name, lang, prepare) => shoot(d, 'marshal', name, { sizes, languages: [lang], prepare, full: true });
  const page = await browser.open(d, 'marshal', { expects: /./ });
  await eventually('ready', async () => /就绪/.test(await page.locator('#readers').innerText()), 15000);
  const sign = await browser.open(d, 'marshal', { size: { width: 1280, height: 800 }, expects: /./ });
  await sign.click('#sign-open');
  await emulator.say('tap door person 7 0');
  await pause(700);
  for (const [s, [w, h]] of Object.entries(SIZES)) { if (s === 'uhd') continue; await page.setViewportSize({ width: w, height: h }); await pause(200); await page.screenshot({ path: `${process.argv[2]}/door-refused-${s}.png` }); }
  await sign.screenshot({ path: `${process.argv[2]}/sign-refused.png` });
  await d.checkIn({ medium: 'capture_code', payload_base64: Buffer.from('unknown code of somebody').toString('base64') });
  const chip = await d.checkIn({ medium: 'chip', serial: '1100000000000077' });
  await page.click('[data-switch-language]');
  for (const s of ['small', 'old', 'tablet', 'portrait']) { await page.setViewportSize({ width: SIZES[s][0], height: SIZES[s][1] }); await pause(200); await page.screenshot({ path: `${process.argv[2]}/door-bind-${s}-en.png` }); }
  await d.act('A0001', 'call'); await pause(400);
  for (const s of ['small', 'tablet']) { await page.setViewportSize({ width: SIZES[s][0], height: SIZES[s][1] }); await pause(200); await page.screenshot({ path: `${process.argv[2]}/door-bindcalled-${s}-en.png` }); }
  await d.api('POST', '/event/close', {}, 'whole');
  await d.act('A0001', 'shot'); await d.act(chip, 'void', { reason: 'left' });
  await d.act(chip, 'acknowledge'); console.log(JSON.stringify((await d.snapshot()).line.map((t) => t.number)));
  await d.tool('session', 'close', '--lane', 'A').catch((e) => console.log(String(e).slice(0, 200)));
  await d.tool('event', 'close').catch((e) => console.log(String(e).slice(0, 300)));
  for (const k of ['photographer', 'marshal', 'display', 'check', 'liaison', 'office']) await shoot(d, k, 'ended', { sizes: k === 'display' ? ['tv', 'small'] : ['small', 'tablet'], languages: ['zh', 'en'], token: d.tokens.whole });
} finally { await browser.stop(); await d.stop(); await emulator.stop(); }
