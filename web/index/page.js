// The first page. With a token in its address (#token=...) it pairs this device, as the other pages do; to a paired
// device it shows what that may use: pages, and for the office the numbers of each lane as a file.
import '/shared/theme.js';
import '/shared/words.js';
import {
  $, NoAnswer, element, laneTitle, onLanguage, pairWith, request, takeToken, word,
} from '/shared/core.js';
import { PAGES, pageAddress } from '/shared/pages.js';

const wished = new URLSearchParams(location.search).get('lane');
let me = null;
let why = '';

function fileLink(lane) {
  const item = element('li');
  const link = element('a', 'button');
  link.href = `/api/v1/handover/lanes/${encodeURIComponent(lane)}/numbers.csv`;
  link.download = '';
  link.append(element('strong', '', word('index-numbers', { lane: laneTitle(lane, '') })),
    element('span', '', word('index-numbers-hint')));
  item.append(link);
  return item;
}

function draw() {
  $('#who').textContent = why ? word(why) : me ? word('paired-as', { role: word(`role-${me.role}`) }) : '';
  $('#who').dataset.kind = why ? 'failed' : me ? 'done' : '';
  if (!me) return;
  const pages = PAGES[me.role] || [];
  for (const link of document.querySelectorAll('[data-to]')) {
    link.href = pageAddress(link.dataset.to, me.lane || wished);
    link.parentElement.hidden = !pages.includes(link.dataset.to);
  }
  const lanes = me.role === 'office' ? me.lanes || [] : [];
  $('#files').replaceChildren(...lanes.map(fileLink));
  $('#files').hidden = lanes.length === 0;
}

async function whoAmI() {
  const answer = await request('/api/v1/me');
  return answer.status === 200 ? answer.data : null;
}

// The office of all lanes has everything already; any other device takes what the link gives.
async function start() {
  const token = takeToken();
  try {
    me = await whoAmI();
    if (token && !(me && me.role === 'office' && !me.lane)) {
      const answer = await pairWith(token);
      if (answer.status === 200) me = await whoAmI();
      else why = [400, 401].includes(answer.status) ? 'pair-token' : 'pair-failed';
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (token) why = 'pair-failed';
  }
  draw();
}

onLanguage(draw);
start();
