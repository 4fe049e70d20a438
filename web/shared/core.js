// What every page shares: the words, pairing, requests that are safe to repeat, and the live line of a lane.
// Text from the server goes into the page through textContent only. One file, so that a page needs one request for it.
// Carried without indentation and comments (packaging/embed).

// ---- words, [Chinese, English]: those of the photographer's page, which loads nothing else, and what other pages share with it.
// The rest stands in words.js and beside each page.
export const WORDS = {
  language: ['English', '中文'], 'title-index': ['拍号', 'Paihao'],
  'sound-off': ['点一下屏幕，打开声音', 'Touch to turn the sound on'], 'title-photographer': ['摄影师', 'Photographer'], lane: ['机位', 'Lane'],
  now: ['现在', 'Now'], next: ['下一位', 'Next'], shot: ['已拍', 'Shot'], miss: ['过号', 'Missed'], retake: ['重拍', 'Retake'], void: ['作废', 'Void'],
  call: ['叫号', 'Call'], 'void-of': ['作废 {number}：此号将没有照片', 'Void {number}: it will have no photograph'],
  'reason-test': ['误取号或试取号', 'Issued by mistake or as a trial'], 'reason-duplicate': ['重复取号', 'Has another number'],
  'reason-left': ['本人放弃拍摄', 'Declined to be photographed'], 'reason-wrong-person': ['证件或身份不符', 'Wrong card or wrong person'],
  'reason-equipment': ['设备故障', 'Equipment failed'],
  'reason-other': ['其他原因', 'Another reason'], cancel: ['取消', 'Cancel'], sending: ['正在发送', 'Sending'],
  'sending-again': ['网络不通，正在重发', 'No network, sending again'],
  'still-sending': ['上一下仍在发送，这一下没有生效', 'Still sending the last tap: this one did nothing'],
  'failed': ['未成功', 'Failed'], 'look-twice': ['请再核对本人', 'look twice'],
  'medium-manual': ['人工登记', 'Typed in by hand'], 'medium-passport': ['护照', 'Passport'], 'medium-campus_card': ['校园卡', 'Campus card'],
  'medium-capture_code': ['采集码', 'Capture code'], 'medium-chip': ['身份证芯片号', 'Card chip number'], 'medium-id_card': ['身份证', 'ID card'],
  unbound: ['未对应到人', 'not tied to a person'], suspect: ['照片存疑，请核对本人', 'photo in doubt: check the person'], 'note-outsider': ['不在名单', 'not on the list'],
  'note-unpaid': ['未缴费', 'unpaid'], 'note-out-of-order': ['次序不符', 'out of order'], 'note-out-of-slot': ['不在本时段', 'not in this time slot'],
  'note-captured': ['此前已采集', 'captured earlier'], 'note-paper': ['纸质号条', 'paper slip'], 'note-name-differs': ['证件姓名与登记不符', 'another name on the card'],
  'note-not-called': ['未点名', 'roll not called'], 'level-associate': ['专科', 'associate'], 'level-bachelor': ['本科', 'bachelor'],
  'level-master': ['硕士', 'master'], 'level-doctor': ['博士', 'doctor'], waiting: ['等候', 'Waiting'],
  'session-open': ['取号开放中', 'Open for numbers'], 'session-closed': ['未开放取号', 'Closed for numbers'],
  'store-disk-full': ['磁盘已满，无法保存，请清理空间', 'The disk is full: nothing can be saved until space is freed'],
  'store-event-elsewhere': ['本活动已在另一台电脑上继续，请联系负责人', 'The event goes on at another computer: tell the person in charge'],
  'store-store-failed': ['数据库故障，请立即联系负责人', 'The database failed: tell the person in charge'], 'event-closed': ['采集活动已结束', 'The event is closed'],
  'nobody-called': ['还没有叫号', 'Nobody is called'], lost: ['连接已断', 'Connection lost'],
  'lost-detail': ['屏上内容可能已过时，正在自动重连', 'This may be out of date. Reconnecting by itself'], 'lost-since': ['{time} 起', 'since {time}'],
  connecting: ['正在连接', 'Connecting'],
  'lost-kept': ['{count} 下先存在本机，连上后按次序发送', '{count} kept on this device, sent in order once connected'],
  'lost-through': ['可以继续按，屏上号码未经服务器确认', 'Go on. What you see is not confirmed by the server'],
  'too-old': ['超过 24 小时，没有发送', 'Older than 24 hours: not sent'], 'other-event': ['此号现属另一场活动，没有发送', 'That number is of another event now: not sent'],
};

export const store = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  // false: a private window, or full; forgotten on leaving
  set(name, value) { try { localStorage.setItem(name, value); return true; } catch { return false; } },
};

let english = store.get('paihao.language') === 'en';
export const isEnglish = () => english;

// The text for a key in this device's language, or with `other` in the second one; {name} is filled from `values`.
export function word(key, values = {}, other = false) {
  const pair = WORDS[key];
  if (!pair) return key;
  return pair[english !== other ? 1 : 0].replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}
export const bilingual = (message) => (message ? { first: english ? message.en : message.zh, second: english ? message.zh : message.en } : null);

// Elements carry data-word (this device's language) or data-other (the second language, smaller beside it).
export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-word]')) if (WORDS[node.dataset.word]) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll('[data-other]')) {
    if (!WORDS[node.dataset.other]) continue; // its module is still to come
    node.textContent = word(node.dataset.other, {}, true);
    node.lang = english ? 'zh-CN' : 'en';
  }
  if (root !== document) return;
  document.documentElement.lang = english ? 'en' : 'zh-CN';
  const page = document.documentElement.dataset.title;
  if (WORDS[page]) document.title = `${word(page)} · ${word('title-index')}`;
}

// Another module's words beside these, and the document in them.
export function addWords(words) {
  Object.assign(WORDS, words);
  translate();
}

// Dark or light as this device was told (theme.js), else as the page or the system is.
const night = matchMedia('(prefers-color-scheme: dark)');
const pageTheme = document.documentElement.dataset.theme;
function setTheme() { document.documentElement.dataset.theme = store.get('paihao.theme') || pageTheme || (night.matches ? 'dark' : 'light'); }
night.addEventListener('change', setTheme);
setTheme();

const languageListeners = new Set();
export const onLanguage = (listener) => languageListeners.add(listener);

function wireLanguage() {
  translate();
  for (const button of document.querySelectorAll('[data-switch-language]')) {
    button.addEventListener('click', (event) => {
      english = !english;
      store.set('paihao.language', english ? 'en' : 'zh');
      translate();
      for (const listener of languageListeners) listener();
      // a foot pedal's space must not press it again
      if (event.detail) button.blur();
    });
  }
}

// ---- small helpers for the document
export const $ = (selector, root = document) => root.querySelector(selector);
export function element(tag, className = '', text = '') {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}
export function setText(node, text) { if (node.textContent !== text) node.textContent = text; }
export function clockTime(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : at.toLocaleTimeString(english ? 'en-GB' : 'zh-CN', { hour12: false });
}
// The class and, where it is told, the degree level.
export const unitText = (ticket) => [ticket.unit, ticket.level && word(`level-${ticket.level}`)].filter(Boolean).join(' · ');
export const laneTitle = (lane, room) => `${word('lane')} ${lane}${room ? ` · ${room}` : ''}`;
// What the photographer must know of how somebody identified himself and what was noted; '' when there is nothing unusual.
export function mediumNote(ticket, isShort = false) {
  const notes = [];
  const flags = ticket.notes || [];
  if (ticket.suspect) notes.push(word('suspect'));
  if (ticket.retakes > 0 && ticket.state === 'called') notes.push(word('retake'));
  const unusual = ticket.medium && (ticket.medium !== 'id_card' || ticket.bound === false);
  if (unusual) notes.push(word(`medium-${ticket.medium}`));
  if (ticket.bound === false) notes.push(word('unbound'));
  const isDoubtful = ticket.bound === false || ticket.medium === 'manual' || flags.includes('look-twice');
  if (!isShort && isDoubtful) notes.push(word('look-twice'));
  for (const flag of flags) if (flag !== 'look-twice' && WORDS[`note-${flag}`]) notes.push(word(`note-${flag}`));
  return notes.join(' · ');
}
// Makes the text of `node` as large as its parent allows.
export function fitText(node) {
  const box = node.parentElement;
  const fit = () => {
    if (!box.clientWidth || !node.offsetWidth) return; // not on the screen
    node.style.fontSize = '100px';
    const size = Math.min((box.clientWidth / node.offsetWidth) * 98, (box.clientHeight / node.offsetHeight) * 98);
    node.style.fontSize = `${Math.max(16, Math.floor(size))}px`;
  };
  new ResizeObserver(fit).observe(box);
  return fit;
}

// ---- requests
export class NoAnswer extends Error {}
export let pairedAs = ''; // role, lane and classes, once the server has said them
export function freshKey() { // randomUUID is absent on plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
// Resolves with {status, data}; throws NoAnswer when none came in time.
export async function request(path, { method = 'GET', body, key, timeout_ms = 4000 } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout_ms);
  const headers = { Accept: 'application/json, application/problem+json', 'Accept-Language': english ? 'en' : 'zh' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  try {
    const response = await fetch(path, {
      method, headers, signal: abort.signal, cache: 'no-store',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    notePages(response.headers.get('Paihao-Pages'));
    const text = await response.text();
    let data = null;
    // no JSON: the status speaks
    try { data = text ? JSON.parse(text) : null; } catch {}
    if (path === '/api/v1/me' && response.status === 200) pairedAs = [data.role, data.lane, data.units?.map(({ unit, college }) => unit || college)].join();
    if (response.status === 401 && pairedAs && path !== '/api/v1/pair') goPair('ended'); // taken away, or expired
    return { status: response.status, data };
  } catch (error) {
    throw new NoAnswer(String(error));
  } finally {
    clearTimeout(timer);
  }
}
export const lanePath = (lane) => `/api/v1/lanes/${encodeURIComponent(lane)}`;
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
// The same request with the same key until an answer comes: a command that was carried out but whose answer was
// lost is answered again, never done twice. onRepeat is called before each repetition.
export async function command(path, body, { onRepeat = () => {}, give_up_ms = 60000 } = {}) {
  const key = freshKey();
  const end = performance.now() + give_up_ms;
  const isUnderWay = () => performance.now() < end;
  busy.add(isUnderWay);
  for (;;) {
    try {
      const answer = await request(path, { method: 'POST', body, key });
      const isBusy = answer.status === 503 && answer.data && ['busy', 'stopping'].includes(answer.data.code);
      if (!isBusy) { busy.delete(isUnderWay); return answer; }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    if (performance.now() > end) throw new NoAnswer('gave up');
    onRepeat();
    await pause(700);
  }
}
export function problemText(answer, isRaw = false) {
  const message = answer && answer.data && answer.data.message;
  if (isRaw) return message || { zh: `${WORDS.failed[0]} (${answer.status})`, en: `${WORDS.failed[1]} (${answer.status})` };
  return bilingual(message) || { first: `${word('failed')} (${answer ? answer.status : '–'})`, second: '' };
}

// ---- pairing
function tokenOfAddress() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return '';
  try { return decodeURIComponent(found[1]); } catch { return found[1]; }
}
// The token leaves the address bar and the history as soon as it was read.
export function takeToken() {
  const token = tokenOfAddress();
  if (token) history.replaceState(null, '', location.pathname + location.search);
  return token;
}
export const pairWith = (token) => request('/api/v1/pair', { method: 'POST', body: { token } });
export function goPair(why, lane = new URLSearchParams(location.search).get('lane')) {
  if (!document.body.dataset.page || document.body.dataset.page === 'pair') return null;
  const query = new URLSearchParams({ to: document.body.dataset.page, why });
  if (lane) query.set('lane', lane);
  location.replace(`/pair/?${query}`);
  return new Promise(() => {}); // the page is leaving
}
async function persist(ask) {
  for (;;) {
    try { return await ask(); } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      await pause(1000);
    }
  }
}
const suits = (me, roles, lane) => roles.includes(me.role) && (!lane || !me.lane || me.lane === lane);

// Pairs when the address carries a token, and finds the lane. A device that may already do more keeps what it has,
// so that one laptop can show several pages. Resolves with {me, lane}; else leaves for the pairing page.
export async function enter(roles) {
  const wished = new URLSearchParams(location.search).get('lane');
  const token = takeToken();
  const ask = async () => {
    const answer = await persist(() => request('/api/v1/me'));
    return answer.status === 200 ? answer.data : null;
  };
  let me = await ask();
  if (token && !(me && suits(me, roles, wished))) {
    const answer = await persist(() => pairWith(token));
    if (answer.status !== 200) return goPair('token', wished);
    me = await ask();
  }
  if (!me) return goPair('none', wished);
  if (!roles.includes(me.role)) return goPair('role', wished);
  const lanes = me.lane ? [me.lane] : me.lanes || [];
  const lane = wished || (lanes.length === 1 ? lanes[0] : null);
  if (!lane || !lanes.includes(lane)) return (await import('/shared/lanes.js')).chooseLane(lanes);
  return { me, lane };
}

// ---- a lane as this page knows it: a snapshot, then one ticket after another
const OPEN_STATES = ['waiting', 'called'];
const isNewcomer = (ticket) => !ticket.shot_at && OPEN_STATES.includes(ticket.state);
const numberOrder = (a, b) => a.number.length - b.number.length || (a.number < b.number ? -1 : a.number > b.number ? 1 : 0);

export class Lane {
  constructor() { this.snapshot = null; this.tickets = new Map(); this.seq = 0; this.came = () => {}; } // seq: of the newest thing known; came(ticket): a new number

  replace(snapshot) {
    const known = [snapshot.last, ...(snapshot.done || []), ...(snapshot.line || []), snapshot.current].filter(Boolean);
    // a number whose event this page has missed
    if (this.snapshot) for (const ticket of known) if (ticket.seq > this.seq && !this.tickets.has(ticket.number) && isNewcomer(ticket)) this.came(ticket);
    this.snapshot = snapshot;
    this.seq = snapshot.seq;
    this.tickets.clear();
    for (const ticket of known) this.tickets.set(ticket.number, ticket);
  }

  // False when the page knows this or something newer already (an answer and its event bring the same ticket).
  apply(ticket) {
    const view = this.snapshot;
    if (!view || !ticket || ticket.lane !== view.lane) return false;
    const before = this.tickets.get(ticket.number);
    if (before ? before.seq >= ticket.seq : ticket.seq <= view.seq) return false;
    const unseen = ticket.state === 'waiting' ? null : ticket.state === 'called' ? 'shot' : ticket.state; // new, a retake, bound
    const from = before ? before.state : unseen;
    this.tickets.set(ticket.number, ticket);
    this.seq = Math.max(this.seq, ticket.seq);
    this.count(from, ticket.state);
    this.arrange(ticket, from !== ticket.state);
    this.noteTrouble(ticket);
    if (!before && isNewcomer(ticket)) this.came(ticket);
    return true;
  }

  count(from, to) {
    const { counts } = this.snapshot;
    if (from) counts[from] -= 1; else counts.issued += 1;
    counts[to] += 1;
  }

  arrange(ticket, hasMoved) {
    const view = this.snapshot;
    const open = [...this.tickets.values()].filter((each) => OPEN_STATES.includes(each.state)).sort(numberOrder);
    view.current = open.find((each) => each.state === 'called') || null;
    view.line = open.filter((each) => each !== view.current);
    const renew = (each) => (each && each.number === ticket.number ? ticket : each);
    [view.done, view.last] = [view.done.map(renew), renew(view.last)];
    if (!hasMoved) return;
    view.done = view.done.filter((each) => each.number !== ticket.number);
    if (!OPEN_STATES.includes(ticket.state)) view.done = [ticket, ...view.done].slice(0, 5);
    if (ticket.state === 'shot') view.last = ticket;
    else if (view.last && view.last.number === ticket.number) view.last = view.done.find((each) => each.state === 'shot') || null;
  }

  // Void numbers that the photographer has not acknowledged, and whether the door must stop.
  noteTrouble(ticket) {
    const view = this.snapshot;
    view.open_voids = (view.open_voids || []).filter((each) => each.number !== ticket.number);
    if (ticket.state === 'void' && ticket.acknowledged === false) view.open_voids.push(ticket);
    const { door, counts } = view;
    if (door) door.stop = door.limit > 0 && counts.waiting + counts.called >= door.limit;
  }

  setLane(change) {
    if (!this.snapshot || change.lane !== this.snapshot.lane) return;
    const view = this.snapshot;
    Object.assign(view, { session: change.session, line_limit: change.line_limit ?? view.line_limit, late_round: change.late_round ?? view.late_round });
    if (change.is_stopped === false) view.stopped = null;
    else if (change.is_stopped && view.current) view.stopped ||= { ticket: view.current, at_risk: null }; // who is at risk comes with the refresh
  }
}

// ---- the connection (parts/stream.js), and what the page shows of it
let cover = null;
let lostAt = null;
let focused = null;
let through = null; // on a page that lets taps through to its outbox: () => how many it keeps

function setLink(state) {
  document.documentElement.dataset.link = state; // connecting, live, lost; idle where nothing is followed
}
export const isLost = () => document.documentElement.dataset.link === 'lost';
export function drawCover() {
  if (!cover || cover.hidden) return;
  const line = (style, key, isOther = false, values = {}) => cover.append(element('p', style, word(key, values, isOther)));
  const detail = through ? 'lost-through' : 'lost-detail';
  cover.replaceChildren();
  line('cover-title', 'lost');
  line('cover-second', 'lost', true);
  line('cover-detail', detail);
  cover.lastChild.append(` · ${word('lost-since', { time: clockTime(lostAt) })}`);
  if (!through) line('cover-detail', detail, true);
  else if (through()) line('cover-detail', 'lost-kept', false, { count: through() });
}
function coverPage(wantsCover) {
  const wasLost = isLost();
  setLink(wantsCover ? 'lost' : 'live');
  if (!wantsCover) stayAwake();
  if (wantsCover === wasLost) return;
  cover ||= Object.assign(element('div', through ? 'cover band' : 'cover'), { hidden: true });
  if (!cover.parentNode) document.body[through ? 'prepend' : 'append'](cover);
  cover.setAttribute('role', 'alert');
  cover.hidden = !wantsCover;
  lostAt = Date.now() - SILENCE_MS;
  if (wantsCover) drawCover();
  if (wantsCover) for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close(); // it would stand before the cover
  if (through) return;
  const parts = document.querySelectorAll('body > :not(.cover)');
  if (wantsCover) focused = document.activeElement;
  for (const part of parts) part.inert = wantsCover;
  if (!wantsCover && focused && focused !== document.body) focused.focus({ preventScroll: true });
}

// Keeps `lane` current and calls draw() after every change, door(event) for what somebody got at the door,
// check(event) for what a reader at the tail of the queue found, reader(event) for how one is, lists() when a list was imported, link() when the connection
// is lost and with each snapshot. `kept`: the page may be used while the connection is lost; () => how many taps it keeps. Until the first snapshot the page says that it is connecting. Returns a function that fetches a fresh snapshot,
// for what no event tells: who is at risk, who is expected, the rules.
export function follow(laneName, lane, { draw, door = () => {}, check = () => {}, lists = () => {}, reader = () => {}, link = () => {}, kept = null }) {
  through = kept;
  const handlers = {
    snapshot: (data) => {
      heardTime(data.now);
      lane.replace(data);
      coverPage(false); // after a loss only a snapshot makes the page true again
      link();
      draw();
    },
    ticket: (data) => { if (lane.apply(data)) draw(); },
    lane: (data) => { lane.setLane(data); draw(); refresh(); },
    lists: () => { refresh(); lists(); },
    reader: (data) => { reader(data); draw(); },
    store: (data) => { lane.snapshot.store = data.store; draw(); },
    door, check,
    beat: (data) => heardTime(data.now),
    resync: () => {},
  };
  // One at a time; a change meanwhile asks once more. Older than what the page knows already: asked again.
  let asking = null;
  let isStale = false;
  const refresh = () => {
    isStale = true;
    asking ||= ask().finally(() => { asking = null; });
    return asking;
  };
  const ask = async () => {
    try {
      while (isStale) {
        isStale = false;
        const { status, data } = await request(lanePath(laneName));
        if (status !== 200) throw new NoAnswer();
        if (stream.join(data, isStale) || !lane.snapshot) continue;
        if (data.seq < lane.seq) isStale = true;
        else { lane.replace(data); draw(); }
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      setTimeout(refresh, 1000); // events may come all the while, so that no cover says it
    }
  };
  const stream = openStream(`${lanePath(laneName)}/events`, Object.keys(handlers), {
    hear: (name, data) => { if (lane.snapshot || name === 'snapshot') handlers[name](data); },
    refresh,
    lost: () => {
      const wasLost = isLost();
      coverPage(true);
      if (!wasLost) { link(); draw(); }
    },
  });
  onLanguage(() => { if (lane.snapshot) draw(); });
  return refresh;
}
onLanguage(drawCover);

// ---- carried in this place: files of their own, so that none is too long, and no requests of their own (packaging/embed)
// @with web/shared/parts/stream.js
// @with web/shared/parts/outbox.js
// @with web/shared/parts/alive.js

wireLanguage();
