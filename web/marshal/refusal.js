// What can be done about a refusal, at the place where it is told: an override with its reason, where the server offers one
// to this device, or the degree level of somebody who is on the list twice. The same person is then sent again.
import '/marshal/day-words.js';
import { $, element, onLanguage, setText, word } from '/shared/core.js';

const LEVELS = ['associate', 'bachelor', 'master', 'doctor'];
let wish = null; // {codes, person, again}

function button(text, other, press) {
  const node = element('button', 'help-button', text);
  node.type = 'button';
  if (other) node.append(element('span', 'other', other));
  node.addEventListener('click', press);
  return node;
}

const codesText = (codes, other = false) => codes.map((code) => word(`refusal-${code}`, {}, other)).join(word('language') === 'English' ? '、' : ', ');

function drawDialog() {
  if (wish) setText($('#override-title'), word('override-title', { codes: codesText(wish.codes) }));
}

function open(codes, person, again) {
  wish = { codes, person, again };
  $('#override-reason').value = '';
  $('#override-fault').textContent = '';
  drawDialog();
  $('#override').showModal();
}

function send(reason) {
  if (!reason) {
    $('#override-fault').textContent = `✕ ${word('override-reason')}`;
    $('#override-reason').focus();
    return;
  }
  const { person, again, codes } = wish;
  const before = person.override ? person.override.codes : [];
  wish = null;
  $('#override').close();
  again({ ...person, override: { codes: [...new Set([...before, ...codes])], reason } });
}

// On the list at two levels, or at another one than was said: then also as the list has it, without a level.
function levelRow(code, person, again) {
  const { level: said, ...rest } = person;
  const row = element('div', 'help-row');
  row.append(element('p', 'issued-detail', word('which-level')),
    ...LEVELS.filter((level) => level !== said).map((level) => button(word(`level-${level}`), '', () => again({ ...rest, level }))));
  if (code === 'level-differs' && said) row.append(button(word('level-as-listed'), word('level-as-listed', {}, true), () => again(rest)));
  return row;
}

// Nodes to stand below the refusal; again(person) sends the person once more.
export function helpParts(answer, person, again) {
  const data = answer.data || {};
  if (['level-ambiguous', 'level-differs'].includes(data.code)) return [levelRow(data.code, person, again)];
  const codes = Array.isArray(data.override) ? data.override : [];
  if (!codes.length) return [];
  return [button(`${word('override')}…`, word('override', {}, true), () => open(codes, person, again))];
}

$('#override-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (wish) send($('#override-reason').value.trim());
});
$('#override').addEventListener('click', (event) => {
  const { reason } = event.target.dataset;
  if (reason && wish) send(reason);
});
$('#override-cancel').addEventListener('click', () => { wish = null; $('#override').close(); });
onLanguage(drawDialog);
