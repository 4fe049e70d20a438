// Carried inside of core.js. A page that lives for days: it takes new pages by itself, and keeps the screen on.
import { isLost } from '/shared/core.js';

// ---- new pages come with a new server: a page that nobody is using loads itself again, once for each version
export const PAGES = '@PAGES@';
export const busy = new Set(); // functions: true while the page must stay
const typed = new Set(); // fields that somebody wrote in
document.addEventListener('input', ({ target }) => { if ('defaultValue' in target) typed.add(target); });
let newer = '';
let touchedAt = 0;
export function notePages(pages) { newer = pages && pages !== PAGES && !PAGES.startsWith('@') ? pages : ''; }
function isIdle() {
  return !isLost() && performance.now() - touchedAt > 2000 && !document.querySelector('dialog[open]') && ![...busy].some((each) => each())
    && ![...typed].some((field) => field.isConnected && field.value !== field.defaultValue);
}
function renewPage() {
  if (!newer || !isIdle()) return;
  try {
    if (sessionStorage.getItem('paihao.pages') === newer) return;
    sessionStorage.setItem('paihao.pages', newer);
  } catch { return; }
  location.reload();
}
for (const touch of ['pointerdown', 'keydown']) document.addEventListener(touch, () => { touchedAt = performance.now(); stayAwake(); });
setInterval(renewPage, 1000);

// ---- the screen stays on, where the browser lets a page ask for it (https, or the computer itself)
let awake = null;
export async function stayAwake() {
  if (document.documentElement.dataset.link !== 'live' || document.visibilityState !== 'visible' || !navigator.wakeLock || (awake && !awake.released)) return;
  // not now: low battery, or not yet touched
  try { awake = await navigator.wakeLock.request('screen'); } catch {}
}
document.addEventListener('visibilitychange', stayAwake);
