import { mkdir } from 'node:fs/promises';
import { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled } from './daemon.mjs';
export { Browser, Daemon, live, pause, person, roster, hasText, eventually, settled };
export const SIZES = { small: [360, 640], phone: [390, 844], old: [1024, 600], tablet: [1280, 800], portrait: [800, 1280], tv: [1920, 1080], uhd: [3840, 2160] };
export const OUT = process.argv[2];
await mkdir(OUT, { recursive: true });
export const browser = await Browser.start();
export async function shoot(daemon, kind, name, { sizes = Object.keys(SIZES), themes = ['light'], languages = ['zh'], prepare = async () => {}, query = '?lane=A', token, full = false, wait = 250 } = {}) {
  for (const theme of themes) for (const language of languages) {
    const [w, h] = SIZES[sizes[0]];
    const page = await browser.device({ size: { width: w, height: h }, expects: /./ });
    await page.addInitScript(([t, l]) => { localStorage.setItem('paihao.theme', t); localStorage.setItem('paihao.language', l); }, [theme, language]);
    await page.goto(`${daemon.origin}/${kind}${kind ? '/' : ''}${query}#token=${token || daemon.tokens[kind] || daemon.tokens.whole}`);
    if (kind && kind !== 'pair') await live(page).catch((e) => console.log(kind, name, String(e).slice(0, 80)));
    try { await prepare(page); } catch (e) { console.log('PREPARE', kind, name, String(e).slice(0, 300)); }
    for (const size of sizes) {
      await page.setViewportSize({ width: SIZES[size][0], height: SIZES[size][1] });
      await pause(wait);
      await page.screenshot({ path: `${OUT}/${kind || 'index'}-${name}-${size}${theme === 'dark' ? '-dark' : ''}${language === 'en' ? '-en' : ''}.png`, fullPage: full });
    }
    await page.context().close();
  }
}
