// Pairs this device: takes the token from the address (#token=...) or from the field, then goes on to the page meant.
import '/shared/theme.js';
import '/shared/words.js';
import { $, NoAnswer, onLanguage, pairWith, takeToken, word } from '/shared/core.js';
import { PAGES, pageAddress } from '/shared/pages.js';

const query = new URLSearchParams(location.search);
let why = query.get('why') ? `pair-${query.get('why')}` : '';
let paired = null;

function draw() {
  const known = ['pair-token', 'pair-none', 'pair-role', 'pair-failed'].includes(why);
  $('#why').textContent = paired
    ? word('paired-as', { role: word(`role-${paired.role}`) }) : known ? word(why) : '';
  $('#why').dataset.kind = paired ? 'done' : known && why !== 'pair-none' ? 'failed' : '';
  $('#token').setAttribute('aria-invalid', String(why === 'pair-token'));
}

function goOn() {
  const pages = PAGES[paired.role] || [];
  const lane = paired.lane || query.get('lane');
  const wished = query.get('to');
  if (wished ? pages.includes(wished) : pages.length === 1) {
    location.replace(pageAddress(wished || pages[0], lane));
    return;
  }
  $('#form').hidden = true;
  $('#pages').hidden = false;
  for (const link of document.querySelectorAll('[data-to]')) {
    link.href = pageAddress(link.dataset.to, lane);
    link.parentElement.hidden = !pages.includes(link.dataset.to);
  }
  draw();
}

async function pair(token) {
  try {
    const answer = await pairWith(token);
    if (answer.status === 200) {
      paired = answer.data;
      goOn();
      return;
    }
    why = answer.status === 401 || answer.status === 400 ? 'pair-token' : 'pair-failed';
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    why = 'pair-failed';
  }
  draw();
  $('#token').focus();
}

$('#form').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = $('#token').value.trim();
  // Somebody may paste the whole link.
  const token = /#token=([^&\s]+)$/.exec(typed);
  if (typed) pair(token ? decodeURIComponent(token[1]) : typed);
});
onLanguage(draw);
draw();
const token = takeToken();
if (token) pair(token);
else $('#token').focus();
