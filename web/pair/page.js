// Pairs this device: takes the token from the address (#token=...) or from the field, then goes on to the page meant.
import '/shared/theme.js';
import '/shared/words.js';
import {
  $, NoAnswer, WORDS, bilingual, onLanguage, request, takeToken, word,
} from '/shared/core.js';
import '/pair/words.js';
import { showKept } from '/pair/kept.js';
import { PAGES, pageAddress } from '/shared/pages.js';
import { unitsText } from '/shared/units.js';

// A device that is something else already asks before it changes; looking does not spend a one-time code.
const query = new URLSearchParams(location.search);
const REASONS = ['pair-token', 'pair-none', 'pair-role', 'pair-failed', 'pair-ended'];
let why = REASONS.includes(`pair-${query.get('why')}`) ? () => word(`pair-${query.get('why')}`) : null;
let isFailure = why !== null && query.get('why') !== 'none';
let other = null; // what is said in the second language
let me = null; // {role, lane, units} before, when this device is paired already
let paired = null;
let wish = null; // {token, role, lane, units} that would change what this device is

const laneName = (lane) => (lane ? `${word('lane')} ${lane}` : word('all-lanes'));
const title = (who) => [word(`role-${who.role}`), laneName(who.lane), ...(who.role === 'liaison' ? [unitsText(who.units)] : [])].join(' · ');

// The role's own page; an office of one lane has none to itself.
function homeOf(who) {
  const [page] = PAGES[who.role] || [];
  return page && !(who.role === 'office' && who.lane) ? pageAddress(page, who.lane) : '/';
}

function draw() {
  const text = wish ? word('pair-change', { now: title(me), next: title(wish) })
    : paired ? word('paired-as', { role: word(`role-${paired.role}`) }) : why ? why() : '';
  $('#why').textContent = text;
  $('#why').dataset.kind = paired ? 'done' : isFailure && !wish ? 'failed' : '';
  const second = !wish && !paired && other ? other() : '';
  $('#why-other').textContent = second;
  $('#why-other').lang = word('language') === 'English' ? 'en' : 'zh-CN';
  $('#token').setAttribute('aria-invalid', String(isFailure && !paired));
  $('#change').hidden = !wish;
  $('#form').hidden = Boolean(wish || paired);
  $('#still').hidden = !me || Boolean(wish || paired);
  if (wish) {
    $('#switch').textContent = word('pair-switch', { next: title(wish) });
    $('#keep').textContent = word('pair-keep', { now: title(me) });
  }
  if (me && WORDS[`role-${me.role}`]) {
    $('#still').textContent = word('pair-go-on', { now: title(me) });
    $('#still').href = homeOf(me);
  }
}

// Nobody goes on over taps that this device will not send, before they were read.
function goOn(isScanned) {
  const hasKept = showKept(paired);
  $('#kept-seen').hidden = !hasKept;
  if (!hasKept) { leave(isScanned); return; }
  $('#kept-seen').onclick = () => { $('#kept').hidden = true; leave(isScanned); };
  draw();
  $('#kept-seen').focus();
}

function leave(isScanned) {
  const pages = PAGES[paired.role] || [];
  const lane = paired.lane || query.get('lane');
  const wished = query.get('to');
  const isMeant = wished && wished !== 'pair';
  if (isMeant ? pages.includes(wished) : pages.length === 1) {
    location.replace(pageAddress(isMeant ? wished : pages[0], lane));
    return;
  }
  if (isScanned && !isMeant) {
    location.replace(homeOf(paired));
    return;
  }
  $('#pages').hidden = false;
  for (const link of document.querySelectorAll('[data-to]')) {
    link.href = pageAddress(link.dataset.to, lane);
    link.parentElement.hidden = !pages.includes(link.dataset.to);
  }
  draw();
}

function fail(answer, token) {
  const message = answer && answer.data && answer.data.message;
  isFailure = true;
  wish = null;
  if (message && [401, 429].includes(answer.status)) {
    why = () => bilingual(answer.data.message).first;
    other = () => bilingual(answer.data.message).second;
  } else {
    why = () => word(answer && answer.status === 400 ? 'pair-token' : 'pair-failed');
    other = null;
  }
  if (token && !message) $('#token').value = token; // so that the button tries it again
  draw();
  $('#token').focus();
}

// Resolves with what became of it; null when nobody answered.
async function ask(body) {
  try {
    return await request('/api/v1/pair', { method: 'POST', body, timeout_ms: 10000 });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return null;
  }
}

async function exchange(token, isScanned) {
  const answer = await ask({ token });
  if (!answer || answer.status !== 200) { fail(answer, token); return; }
  paired = answer.data;
  wish = null;
  goOn(isScanned);
}

const isSame = (one, two) => one.role === two.role && (one.lane || null) === (two.lane || null) && unitsText(one.units) === unitsText(two.units);

async function pair(token, isScanned) {
  if (me) {
    const seen = await ask({ token, preview: true });
    if (!seen || seen.status !== 200) { fail(seen, token); return; }
    if (!isSame(seen.data, me)) {
      wish = { token, isScanned, ...seen.data };
      draw();
      $('#switch').focus();
      return;
    }
  }
  await exchange(token, isScanned);
}

async function whoAmI() {
  try {
    const answer = await request('/api/v1/me');
    return answer.status === 200 ? answer.data : null;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return null;
  }
}

$('#switch').addEventListener('click', () => exchange(wish.token, wish.isScanned));
$('#keep').addEventListener('click', () => location.replace(homeOf(me)));
$('#form').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = $('#token').value.trim();
  // Somebody may paste the whole link.
  const token = /#token=([^&\s]+)$/.exec(typed);
  if (typed) pair(token ? decodeURIComponent(token[1]) : typed, false);
});
// The same page may be given another code while it is open: only what stands behind the '#' changes then.
window.addEventListener('hashchange', () => start());

async function start() {
  const token = takeToken();
  me = await whoAmI();
  showKept(me);
  draw();
  if (token) await pair(token, true);
  else if (!wish) $('#token').focus();
}
onLanguage(() => { if (!$('#kept').hidden) showKept(paired || me); draw(); });
draw();
start();
