// The sheets on paper. The address says which: ?sheet=signoff&units=1,2 or &lane=A; slips&lane=A&from=..&count=..; bills; notices.
// Whole names stand here: only an office of all lanes may open it, and nothing is kept.
import '/print/words.js';
import {
  $, NoAnswer, onLanguage, problemText, request, setText, word,
} from '/shared/core.js';
import { enterWhole } from '/shared/whole.js';
import { bills } from '/print/bills.js';
import { notices } from '/print/notices.js';
import { signoff } from '/print/signoff.js';
import { slips } from '/print/slips.js';

const SHEETS = { signoff, slips, bills, notices };
const EMPTY = { bills: 'print-no-bills', notices: 'print-no-schedule' };
const query = new URLSearchParams(location.search);
const kind = query.get('sheet');
let draw = null; // () => nodes
let trouble = null; // () => text

class Refused extends Error {
  constructor(answer) { super('refused'); this.answer = answer; }
}
async function ask(path) {
  const answer = await request(path, { timeout_ms: 20000 });
  if (answer.status !== 200) throw new Refused(answer);
  return answer.data;
}

function show() {
  const nodes = draw ? draw() : [];
  const text = trouble ? trouble() : draw && !nodes.length ? word(EMPTY[kind] || 'print-nothing') : '';
  $('#trouble').hidden = !text;
  setText($('#trouble'), text);
  $('#sheets').replaceChildren(...nodes);
  $('#print').setAttribute('aria-disabled', String(!nodes.length));
}

async function load(me) {
  if (me.lane) { trouble = () => word('print-lane-only'); return; }
  if (!(kind in SHEETS)) { trouble = () => word('print-nothing'); return; }
  try {
    draw = await SHEETS[kind](ask, query);
  } catch (error) {
    if (error instanceof NoAnswer) trouble = () => word('print-lost');
    else if (error instanceof Refused) trouble = () => (error.answer.status === 404 && EMPTY[kind] ? word(EMPTY[kind]) : problemText(error.answer).first);
    else throw error;
  }
}

$('#print').addEventListener('click', () => { if ($('#print').getAttribute('aria-disabled') === 'false') window.print(); });
onLanguage(show);
enterWhole(['office']).then(async (me) => {
  await load(me);
  show();
  document.documentElement.dataset.link = 'live';
});
