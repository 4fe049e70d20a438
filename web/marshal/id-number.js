// ID numbers as they are typed (GB 11643): 18 characters, or the old 15 digits, which are made 18; or a foreign permanent
// resident's of before 2023: three letters and twelve digits, the last a check digit (ICAO 9303).
// The server decides; this only tells the marshal at once.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacter = (digits) => '10X98765432'[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11];

function isDate(digits) {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1800 && year <= 2199 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const residentCheck = (body) => [...body].reduce((sum, c, at) => sum + [7, 3, 1][at % 3] * parseInt(c, 36), 0) % 10;

function checkResident(typed) {
  const date = typed.slice(7, 13);
  const fault = !isDate(`19${date}`) && !isDate(`20${date}`) ? 'date' : residentCheck(typed.slice(0, 14)) !== Number(typed[14]) ? 'check' : '';
  return { typed, number: fault ? '' : typed, fault };
}

// {typed: without blanks, number: the 18 characters, a resident's 15, or '', fault: ''|'length'|'character'|'date'|'check'}
export function checkIdNumber(text) {
  const typed = text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (/^[A-Z]{3}\d{12}$/.test(typed)) return checkResident(typed);
  const refuse = (fault) => ({ typed, number: '', fault });
  if (!/^\d*$/.test(typed.slice(0, 17)) || !/^[\dX]*$/.test(typed.slice(17))) return refuse('character');
  if (typed.length !== 18 && typed.length !== 15) return refuse('length');
  const body = typed.length === 15 ? `${typed.slice(0, 6)}19${typed.slice(6)}` : typed.slice(0, 17);
  if (!isDate(body.slice(6, 14))) return refuse('date');
  const number = body + checkCharacter(body);
  return typed.length === 18 && typed !== number ? refuse('check') : { typed, number, fault: '' };
}
