// A passport's two machine-readable lines (ICAO 9303-4, TD3), typed or scanned: checked at every key, and repaired where
// a place takes only letters or only digits. The server decides; this shows the marshal at once what it will say.
import '/marshal/words.js';
import { EntryBox, repairText } from '/marshal/entry.js';
import { $, element, onLanguage, setText, word } from '/shared/core.js';

const LENGTH = 44;
const REPAIRS_MOST = 4;
const LETTERS = 'OISBZ';
const DIGITS = '01582';
// What may stand from this place on: l letters, d digits, < filler.
const PLACES = [[[0, 'l<']], [[0, 'ld<'], [9, 'd'], [10, 'l<'], [13, 'd<'], [19, 'd'], [20, 'l<'], [21, 'd'], [28, 'ld<'], [42, 'd<'], [43, 'd']]];
const CHECKS = [['number', 9, [[0, 9]]], ['birth', 19, [[13, 19]]], ['expiry', 27, [[21, 27]]], ['optional', 42, [[28, 42]]],
  ['all', 43, [[0, 10], [13, 20], [21, 43]]]];

const kindsAt = (line, at) => PLACES[line].filter(([from]) => from <= at).at(-1)[1];
const kindOf = (character) => (/[A-Z]/.test(character) ? 'l' : /[0-9]/.test(character) ? 'd' : character === '<' ? '<' : '?');
const valueOf = (character) => (character === '<' ? 0 : parseInt(character, 36));

export function linesOf(text) {
  const lines = text.normalize('NFKC').toUpperCase().split(/[\r\n]+/).map((line) => line.replace(/\s/g, '')).filter(Boolean);
  return lines.length === 1 && lines[0].length === 2 * LENGTH ? [lines[0].slice(0, LENGTH), lines[0].slice(LENGTH)] : lines;
}

// A keyboard layout may have made one other character of every filler.
function calibrate(lines, repairs) {
  const kinds = new Set(lines.join('').replace(/[^<>;,&]/g, ''));
  const [filler] = kinds;
  if (kinds.size !== 1 || filler === '<') return lines;
  lines.forEach((line, index) => { if (line.includes(filler)) repairs.push({ line: index + 1, column: 0, from: filler, to: '<' }); });
  return lines.map((line) => line.replaceAll(filler, '<'));
}

function correct(line, index, repairs) {
  return [...line].map((from, at) => {
    const kinds = kindsAt(index, at).replace('<', '');
    const [wrong, right] = kinds === 'l' ? [DIGITS, LETTERS] : kinds === 'd' ? [LETTERS, DIGITS] : ['', ''];
    const found = wrong.indexOf(from);
    if (found < 0) return from;
    repairs.push({ line: index + 1, column: at + 1, from, to: right[found] });
    return right[found];
  }).join('');
}

function checkDigit(line, parts) {
  const characters = parts.map(([from, to]) => line.slice(from, to)).join('');
  return String([...characters].reduce((sum, character, at) => sum + valueOf(character) * [7, 3, 1][at % 3], 0) % 10);
}

// {lines: as typed, repairs, fault: ''|a word's key, values: for the word}
export function checkMrz(text) {
  const lines = linesOf(text);
  const repairs = [];
  const refuse = (fault, values = {}) => ({ lines, repairs: [], fault, values });
  if (lines.length !== 2 || lines.some((line) => line.length !== LENGTH)) {
    return refuse('mrz-length', { lengths: lines.map((line) => line.length).join(' + ') || 0 });
  }
  const calibrated = calibrate(lines, repairs);
  const most = repairs.length + REPAIRS_MOST;
  const zone = calibrated.map((line, index) => correct(line, index, repairs));
  if (repairs.length > most) return refuse('mrz-too-many');
  for (const [index, line] of zone.entries()) {
    const at = [...line].findIndex((character, place) => !kindsAt(index, place).includes(kindOf(character)));
    if (at >= 0) return refuse('mrz-character', { line: index + 1, column: at + 1, character: line[at] });
  }
  if (zone[0][0] !== 'P') return refuse('mrz-character', { line: 1, column: 1, character: zone[0][0] });
  for (const [what, at, parts] of CHECKS) {
    const isEmpty = what === 'optional' && /^<{15}$/.test(zone[1].slice(28, 43));
    if (!isEmpty && zone[1][at] !== checkDigit(zone[1], parts)) return refuse('mrz-check', { what: word(`mrz-what-${what}`) });
  }
  return { lines, repairs, fault: '', values: {} };
}

export function startPassport(laneName, lane) {
  const field = $('#mrz');
  const hint = $('#mrz-hint');
  const box = new EntryBox($('#passport-issued'), lane);
  box.laneName = laneName;
  let wasTried = false;

  const draw = () => {
    const found = checkMrz(field.value);
    const isTyping = !wasTried && found.fault === 'mrz-length';
    const text = !field.value ? '' : found.fault ? `${isTyping ? '' : '✕ '}${word(found.fault, found.values)}` : `✓ ${word('mrz-good')}`;
    hint.dataset.kind = !field.value || isTyping ? '' : found.fault ? 'bad' : 'good';
    setText(hint, text);
    field.setAttribute('aria-invalid', String(hint.dataset.kind === 'bad'));
    $('#mrz-repairs').replaceChildren(...found.repairs.map((repair) => element('li', '', `⚠ ${repairText(repair)}`)));
    return found;
  };
  field.addEventListener('input', () => { wasTried = false; draw(); });
  onLanguage(draw);
  $('#passport').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (box.isSending) return;
    wasTried = true;
    const found = draw();
    if (found.fault) { field.focus(); return; }
    if (!await box.send({ medium: 'passport', mrz: found.lines })) return;
    field.value = '';
    wasTried = false;
    draw();
  });
}
