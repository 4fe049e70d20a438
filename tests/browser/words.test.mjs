// Nothing that a person reads stands outside the word tables: read from the sources, so that a page that is not opened by any
// other test is held to it, too.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const WEB = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web');
const files = readdirSync(WEB, { recursive: true }).map(String).filter((name) => /\.(html|js|css)$/.test(name)).sort();
const read = (name) => readFileSync(path.join(WEB, name), 'utf8');
const HAN = /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/;

// Comments out, strings kept: what the browser would run.
function code(text) {
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(^|[^:\\])\/\/[^\n]*/g, (all, string, before) => string || before || '');
}
// [key, Chinese, English, where] of every table: a key, then a pair of texts.
const TEXT = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const ENTRY = new RegExp(String.raw`(?:^|[\s{,])(?:'([^'\n]+)'|([a-z]+)):\s*\[\s*(${TEXT})\s*,\s*(${TEXT})\s*\]`, 'g');
const text = (literal) => literal.slice(1, -1).replace(/\\(.)/g, '$1');
const table = [];
for (const name of files.filter((each) => each.endsWith('.js'))) {
  for (const [, quoted, bare, zh, en] of code(read(name)).matchAll(ENTRY)) {
    const entry = { key: quoted || bare, zh: text(zh), en: text(en), name };
    const isWord = HAN.test(entry.zh) || !/[A-Za-z]/.test(entry.zh.replace(/\{\w+\}/g, '')) || entry.key === 'language';
    if (isWord) table.push(entry); // else a pair of names in the code; a word without Chinese is missed where it is asked for
  }
}
const words = new Map(table.map((each) => [each.key, each]));

test('there are tables, and each key means one thing', () => {
  assert.ok(words.size > 300, `${words.size}`);
  const wrong = table.filter(({ key, zh, en }) => words.get(key).zh !== zh || words.get(key).en !== en);
  assert.deepEqual(wrong, []);
});

test('each has both languages, and each language is what it says', () => {
  const fields = (each) => (each.match(/\{\w+\}/g) || []).sort().join();
  const wrong = [...words.values()].filter(({ key, zh, en }) => !zh || !en || fields(zh) !== fields(en)
    || (HAN.test(en) && key !== 'language'));
  assert.deepEqual(wrong, []);
});

test('no Chinese in any module outside a table, none in a style', () => {
  const wrong = [];
  for (const name of files.filter((each) => !each.endsWith('.html'))) {
    const rest = code(read(name)).replace(ENTRY, '').replace(/HAN|"Noto[^"]*"/g, '');
    for (const line of rest.split('\n')) if (HAN.test(line)) wrong.push(`${name}: ${line.trim()}`);
  }
  // what joins the items of a list is no word
  assert.deepEqual(wrong.filter((line) => !/join\(.*'、'/.test(line)), []);
});

test('every text of a document carries the key of its word, and says it in Chinese', () => {
  const wrong = [];
  const VOID = new Set(['meta', 'link', 'input', 'br', '!doctype']);
  for (const name of files.filter((each) => each.endsWith('.html'))) {
    const open = [];
    let hasTitle = false;
    for (const [, close, tag, attributes = '', body] of read(name).matchAll(/<(\/?)([!a-z0-9]+)((?:\s[^>]*)?)>([^<]*)/gi)) {
      if (close) open.pop();
      else if (!VOID.has(tag.toLowerCase())) open.push({ tag, attributes });
      const said = body.trim();
      const at = open.at(-1);
      for (const [, attribute, value] of attributes.matchAll(/(?<![-\w])(aria-label|placeholder|title|alt)="([^"]*)"/g)) {
        if (value !== 'Paihao') wrong.push(`${name}: ${attribute}="${value}"`);
      }
      if (!said || ['✓', '✕'].includes(said)) continue;
      if (at.tag === 'title') { hasTitle = true; continue; }
      const [, kind, key] = /data-(word|other)="([^"]+)"/.exec(at.attributes) || [];
      const entry = words.get(key);
      if (!entry) wrong.push(`${name}: ${said}${key ? ` (no word ${key})` : ''}`);
      else if (said !== (kind === 'word' ? entry.zh : entry.en)) wrong.push(`${name}: ${key} says ${said}`);
    }
    const [, title] = /<html[^>]* data-title="([^"]+)"/.exec(read(name)) || [];
    if (!hasTitle || !words.has(title)) wrong.push(`${name}: no title of the table`);
  }
  assert.deepEqual(wrong, []);
});

// Keys written out in the modules. Those that are put together (`state-${...}`) must have a word that begins so.
test('every word that is asked for exists', () => {
  const wrong = [];
  for (const name of files.filter((each) => each.endsWith('.js'))) {
    const source = code(read(name));
    for (const [, key] of source.matchAll(/\bword\(\s*'([^'\n]+)'/g)) if (!words.has(key)) wrong.push(`${name}: ${key}`);
    for (const [, start] of source.matchAll(/\bword\(\s*`([a-z_-]+)\$\{/g)) {
      if (![...words.keys()].some((key) => key.startsWith(start))) wrong.push(`${name}: ${start}…`);
    }
    for (const [, one, other] of source.matchAll(/\bword\([^()'`]*\? '([a-z-]+)' : '([a-z-]+)'/g)) {
      for (const key of [one, other]) if (!words.has(key)) wrong.push(`${name}: ${key}`);
    }
  }
  assert.deepEqual(wrong, []);
});

// Words of states, results and marks that the server sends: all of them, not only those that some test has met.
test('whatever the server may name has its word', () => {
  const of = (file, pattern) => [...readFileSync(path.resolve(WEB, '..', file), 'utf8').matchAll(pattern)].map(([, name]) => name);
  const sets = {
    'state-': ['waiting', 'called', 'shot', 'missed', 'void'],
    'level-': ['associate', 'bachelor', 'master', 'doctor'],
    'medium-': of('daemon/identity/medium.c', /\[MEDIUM_\w+\] = "(\w+)"/g),
    'reader-': ['ready', 'opening', 'absent', 'error'],
    'role-': of('daemon/http/auth.c', /\[ROLE_\w+\] = "(\w+)"/g),
    'severity-': ['error', 'warning', 'note'],
  };
  const wrong = Object.entries(sets).flatMap(([start, names]) => names.filter((name) => name && name !== 'none' && !words.has(start + name)).map((name) => start + name));
  assert.deepEqual(wrong, []);
  assert.ok(sets['medium-'].length >= 5 && sets['role-'].length >= 5, JSON.stringify(sets));
});

test('times and numbers come out of the locale, none is put together by hand', () => {
  const wrong = [];
  for (const name of files.filter((each) => each.endsWith('.js'))) {
    if (/\.get(Hours|Minutes|Seconds)\(/.test(code(read(name)))) wrong.push(name);
  }
  assert.deepEqual(wrong, []);
});
