// Why a number was made void, in words.
import { WORDS, addWords, word } from '/shared/core.js';

addWords({ 'reason-same-person': ['与 {number} 是同一个人', 'The same person as {number}'] });

// The number that stands for whom a card was tied to, in the reason of the one made void for it; '' in any other reason.
export const samePersonAs = (reason) => (/^same-person (\S+)$/.exec(reason || '') || ['', ''])[1];

// A reason is a code of the table of words, or what somebody wrote.
export function reasonText(reason) {
  const number = samePersonAs(reason);
  const code = number ? 'same-person' : reason;
  return WORDS[`reason-${code}`] ? word(`reason-${code}`, { number }) : reason;
}
