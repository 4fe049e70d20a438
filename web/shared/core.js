// What every page shares: the words, pairing, requests that are safe to repeat, and the live line of a lane.
// Text from the server goes into the page through textContent only. One file, so that a page needs one request for it.

// ---- words: every text a page shows, [Chinese, English]
export const WORDS = {
  language: ['English', '中文'],
  'title-index': ['拍号', 'Paihao'], 'title-photographer': ['摄影师', 'Photographer'],
  'title-marshal': ['引导员', 'Marshal'],
  'title-display': ['叫号屏', 'Number display'], 'title-check': ['队尾检查', 'Queue-tail check'],
  'title-pair': ['设备配对', 'Pair this device'],
  lane: ['机位', 'Lane'], now: ['现在', 'Now'],
  'sit-down': ['请就座', 'please sit'],
  next: ['下一位', 'Next'], 'then': ['随后', 'Then'],
  'not-called': ['尚未叫号', 'not called yet'],
  nobody: ['没有人等候', 'Nobody is waiting'],
  shot: ['已拍', 'Shot'],
  miss: ['过号', 'Missed'],
  retake: ['重拍', 'Retake'],
  void: ['作废', 'Void'],
  call: ['叫号', 'Call'],
  'retake-sure': ['再按一次 {number}', 'Again: {number}'],
  'retake-recalls': ['叫回重拍', 'calls back for a retake'],
  'retake-none': ['还没有可重拍的号', 'No number to retake yet'],
  'void-of': ['作废 {number}：此号将没有照片', 'Void {number}: this number will have no photograph'],
  'reason-test': ['误取号或试取号', 'Issued by mistake or as a trial'], 'reason-duplicate': ['重复取号', 'Has another number'],
  'reason-left': ['本人放弃拍摄', 'Declined to be photographed'], 'reason-wrong-person': ['证件或身份不符', 'Wrong card or wrong person'],
  'reason-equipment': ['设备故障', 'Equipment failed'], 'reason-other': ['其他原因', 'Another reason'],
  cancel: ['取消', 'Cancel'],
  sending: ['正在发送', 'Sending'],
  'sending-again': ['网络不通，正在重发', 'No network, sending again'],
  'did-call': ['已叫号', 'called'], 'did-shot': ['已拍', 'shot'], 'did-miss': ['已记过号', 'marked as missed'],
  'did-retake': ['已叫回重拍', 'called back for a retake'], 'did-void': ['已作废', 'void'],
  'did-elsewhere': ['（另一台设备已操作）', '(done on another device)'],
  'too-soon': ['刚换号，这一下没有生效', 'The number has just changed: that tap did nothing'],
  'still-sending': ['上一下仍在发送，这一下没有生效', 'The last tap is still being sent: this one did nothing'],
  'no-answer': ['没有收到答复，请看当前号码后再按', 'No answer. Look at the number, then tap again'],
  'failed': ['未成功', 'Failed'],
  'look-twice': ['请再核对本人', 'look twice'],
  'medium-manual': ['人工登记', 'Typed in by hand'], 'medium-passport': ['护照', 'Passport'],
  'medium-campus_card': ['校园卡', 'Campus card'], 'medium-capture_code': ['采集码', 'Capture code'],
  'medium-chip': ['身份证芯片号', 'Card chip number'], 'medium-id_card': ['身份证', 'ID card'],
  unbound: ['未对应到人', 'not tied to a person'],
  'retake-note': ['重拍', 'Retake'],
  waiting: ['等候', 'Waiting'], called: ['已叫', 'Called'], missed: ['过号', 'Missed'], issued: ['已发号', 'Issued'],
  'state-waiting': ['等候', 'waiting'], 'state-called': ['已叫号', 'called'], 'state-shot': ['已拍', 'shot'],
  'state-missed': ['过号', 'missed'], 'state-void': ['作废', 'void'],
  'session-open': ['取号开放中', 'Open for numbers'],
  'session-closed': ['未开放取号', 'Closed for numbers'],
  'session-to-open': ['开始取号', 'Open the session'],
  'session-to-close': ['停止取号', 'Close the session'],
  'session-sure': ['再按一次：停止取号', 'Press again: close'],
  'store-disk-full': ['磁盘已满，无法保存，请清理空间', 'The disk is full: nothing can be saved until space is freed'],
  'store-store-failed': ['数据库故障，请立即联系负责人', 'The database failed: tell the person in charge'],
  'event-closed': ['采集活动已结束', 'The event is closed'],
  line: ['定序区', 'The line'],
  'no-limit': ['不限人数', 'no limit'],
  'line-full': ['已满', 'full'],
  'line-empty': ['定序区没有人', 'The line is empty'],
  'nobody-called': ['还没有叫号', 'Nobody is called'],
  manual: ['人工登记', 'Enter by hand'],
  'id-number': ['身份证号', 'ID number'],
  name: ['姓名', 'Name'],
  'student-no': ['学号', 'Student number'],
  'if-any': ['（可不填）', '(if any)'],
  issue: ['发号', 'Give a number'],
  'id-count': ['已输入 {count} 位', '{count} characters so far'],
  'id-good': ['校验正确', 'The number checks'],
  'id-upgraded': ['15 位旧号，按 18 位登记', 'Old 15-digit number, kept as 18 digits'],
  'id-length': ['身份证号应为 18 位（旧号 15 位），现在是 {count} 位', 'An ID number has 18 characters (old ones 15), this has {count}'],
  'id-character': ['只能是数字，末位可为 X', 'Digits only; the last may be X'],
  'id-date': ['出生日期不存在：第 7 位起', 'No such birth date, from the 7th digit on'],
  'id-check': ['末位校验码不符，请逐位核对', 'The last digit does not check: compare every digit'],
  'id-missing': ['请填写身份证号或学号', 'Type an ID number or a student number'],
  'name-missing': ['请填写姓名', 'Type the name'],
  'got-number': ['拍摄号', 'Number'],
  'had-number': ['已有号码', 'Already has a number'],
  'not-issued': ['没有发号', 'No number given'],
  door: ['门口', 'At the door'],
  'door-sign': ['门口屏', 'Door sign'],
  'door-sign-leave': ['退出门口屏', 'Leave the door sign'],
  'door-invite': ['请刷身份证或出示采集码', 'Present your ID card or capture code'],
  'door-closed': ['现在不取号，请稍候', 'No numbers now, please wait'],
  'door-accepted': ['您的拍摄号', 'Your number'],
  'door-already': ['您已有号码', 'You already have a number'],
  'door-refused': ['未取到号', 'No number'],
  'door-none': ['还没有人刷卡', 'Nobody has come yet'],
  'sound-off': ['点一下屏幕，打开声音', 'Touch the page to turn the sound on'],
  readers: ['读卡器', 'Readers'],
  'no-readers': ['没有配置读卡器，请用人工登记', 'No reader is set up: enter people by hand'],
  'reader-ready': ['就绪', 'ready'], 'reader-opening': ['正在连接', 'connecting'], 'reader-absent': ['未接上', 'not there'],
  'reader-error': ['故障', 'fault'],
  since: ['自 {time}', 'since {time}'],
  restarts: ['重启 {count} 次', '{count} restarts'],
  done: ['刚处理完', 'Just finished'],
  'none-done': ['还没有', 'None yet'],
  'come-in': ['请进', 'please come in'],
  'be-ready': ['请在门口准备', 'please be ready at the door'],
  'please-come': ['请到门口等候', 'Please come to the door'],
  'passed-by': ['过号，请找引导员', 'Missed: please see the staff'],
  'not-open-yet': ['请稍候', 'Please wait'],
  lost: ['连接已断', 'Connection lost'],
  'lost-detail': ['屏上内容可能已过时，正在自动重连', 'What you see may be out of date. Reconnecting by itself'],
  'lost-since': ['{time} 起', 'since {time}'],
  'lost-pending': ['{number} 的操作正在重发', 'The tap for {number} is being sent again'],
  connecting: ['正在连接', 'Connecting'],
  'which-lane': ['请选择机位', 'Choose a lane'],
  'no-lane': ['没有可用的机位', 'There is no lane for this device'],
  'pair-how': ['请输入负责人给的配对码', 'Type the pairing token you were given'],
  token: ['配对码', 'Pairing token'], pair: ['配对', 'Pair'],
  'pair-token': ['配对码无效或已过期', 'The token is wrong or no longer valid'],
  'pair-none': ['本设备尚未配对', 'This device is not paired yet'],
  'pair-role': ['本设备的权限不能打开该页面，请换一个配对码', 'This device may not open that page. Use another token'],
  'pair-failed': ['服务器没有回应，请重试', 'The server does not answer. Try again'],
  'paired-as': ['已配对：{role}', 'Paired: {role}'],
  'role-display': ['叫号屏', 'display'], 'role-photographer': ['摄影师', 'photographer'],
  'role-marshal': ['引导员', 'marshal'], 'role-liaison': ['联络员', 'liaison'], 'role-check': ['队尾检查', 'check'], 'role-office': ['负责人', 'office'],
  'index-lead': ['按顺序发号、叫号、拍摄。请选择本设备的用途。', 'Numbers in order, from the door to the camera. Choose what this device is for.'],
  'index-photographer': ['当前号码与姓名，已拍、过号、重拍', 'The number and name that sit down now; shot, missed, retake'],
  'index-marshal': ['定序区、人工登记、读卡器、门口屏', 'The line, entry by hand, readers, door sign'],
  'index-display': ['只有号码，给等候的同学看', 'Numbers only, for those who wait'],
  'index-numbers': ['下载拍摄号文件 {lane}', 'Download the numbers of {lane}'], 'index-numbers-hint': ['CSV，含姓名和证件号，请妥善保管', 'CSV with names and ID numbers: keep it safe'],
  'index-check': ['排队时先扫一扫：能否取号、怎么办；不发号', 'In the queue: will my code be accepted, and if not, what to do. Gives no number'],
  'index-pair-title': ['如何配对', 'How to pair'],
  'index-pair': ['负责人运行 paihao token create --role ROLE --lane LANE，把显示的链接在本设备上打开；或在配对页输入配对码。', 'The person in charge runs paihao token create --role ROLE --lane LANE. Open the link it prints on this device, or type the token on the pairing page.'],
};

export const store = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(name, value); } catch { /* private window: forgotten on leaving */ } },
};

let english = store.get('paihao.language') === 'en';
export const isEnglish = () => english;

// The text for a key in this device's language, or with `other` in the second one; {name} is filled from `values`.
export function word(key, values = {}, other = false) {
  const pair = WORDS[key];
  if (!pair) return key;
  return pair[english !== other ? 1 : 0].replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}
export const bilingual = (message) => (message ? { first: english ? message.en : message.zh, second: english ? message.zh : message.en } : null);

// Elements carry data-word (this device's language) or data-other (the second language, smaller beside it).
export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll('[data-other]')) {
    node.textContent = word(node.dataset.other, {}, true);
    node.lang = english ? 'zh-CN' : 'en';
  }
  if (root !== document) return;
  document.documentElement.lang = english ? 'en' : 'zh-CN';
  const page = document.documentElement.dataset.title;
  if (page) document.title = `${word(page)} · ${word('title-index')}`;
}

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
      if (event.detail) button.blur(); // a foot pedal's space must not press it again
    });
  }
}

// A reason is a code of the table above, or what somebody wrote.
export const reasonText = (reason) => (WORDS[`reason-${reason}`] ? word(`reason-${reason}`) : reason);

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
export const laneTitle = (lane, room) => `${word('lane')} ${lane}${room ? ` · ${room}` : ''}`;
// What the photographer must know of how somebody identified himself; '' when there is nothing unusual.
export function mediumNote(ticket, isShort = false) {
  const notes = [];
  if (ticket.retakes > 0 && ticket.state === 'called') notes.push(word('retake-note'));
  const unusual = ticket.medium && (ticket.medium !== 'id_card' || ticket.bound === false);
  if (unusual) notes.push(word(`medium-${ticket.medium}`));
  if (ticket.bound === false) notes.push(word('unbound'));
  if (!isShort && (ticket.bound === false || ticket.medium === 'manual')) notes.push(word('look-twice'));
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
  if (document.fonts) document.fonts.ready.then(fit);
  return fit;
}

// ---- requests
export class NoAnswer extends Error {}
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http
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
      method, headers, signal: abort.signal, cache: 'no-store', credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    let data = null;
    try { data = text ? JSON.parse(text) : null; } catch { /* no JSON: the status speaks */ }
    return { status: response.status, data };
  } catch (error) {
    throw new NoAnswer(String(error));
  } finally {
    clearTimeout(timer);
  }
}
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
// The same request with the same key until an answer comes: a command that was carried out but whose answer was
// lost is answered again, never done twice. onRepeat is called before each repetition.
export async function command(path, body, { onRepeat = () => {}, give_up_ms = 60000 } = {}) {
  const key = freshKey();
  const end = performance.now() + give_up_ms;
  for (;;) {
    try {
      const answer = await request(path, { method: 'POST', body, key });
      const busy = answer.status === 503 && answer.data && ['busy', 'stopping'].includes(answer.data.code);
      if (!busy) return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    if (performance.now() > end) throw new NoAnswer('gave up');
    onRepeat();
    await pause(700);
  }
}
export function problemText(answer) {
  const message = answer && answer.data && bilingual(answer.data.message);
  return message || { first: `${word('failed')} (${answer ? answer.status : '–'})`, second: '' };
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
function goPair(why, lane) {
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

function chooseLane(lanes) {
  const main = $('main');
  main.replaceChildren(element('h1', '', word(lanes.length ? 'which-lane' : 'no-lane')));
  const list = element('ul', 'choices');
  for (const lane of lanes) {
    const link = element('a', 'button', laneTitle(lane, ''));
    link.href = `?${new URLSearchParams({ lane })}`;
    list.append(element('li'));
    list.lastChild.append(link);
  }
  main.append(list);
  main.classList.add('plain');
  setLink('idle');
  return new Promise(() => {});
}

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
  if (!lane || !lanes.includes(lane)) return chooseLane(lanes);
  return { me, lane };
}

// ---- a lane as this page knows it: a snapshot, then one ticket after another
const OPEN_STATES = ['waiting', 'called'];
const numberOrder = (a, b) => a.number.length - b.number.length || (a.number < b.number ? -1 : a.number > b.number ? 1 : 0);

export class Lane {
  constructor() { this.snapshot = null; this.tickets = new Map(); }

  replace(snapshot) {
    this.snapshot = snapshot;
    this.tickets.clear();
    const known = [snapshot.last, ...(snapshot.done || []), ...(snapshot.line || []), snapshot.current];
    for (const ticket of known) if (ticket) this.tickets.set(ticket.number, ticket);
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
    this.count(from, ticket.state);
    this.arrange(ticket, from !== ticket.state);
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

  setLane(change) {
    if (!this.snapshot || change.lane !== this.snapshot.lane) return;
    Object.assign(this.snapshot, { session: change.session, line_limit: change.line_limit ?? this.snapshot.line_limit });
  }

  setReader(reader) {
    const readers = this.snapshot && this.snapshot.readers;
    if (!readers) return;
    const at = readers.findIndex((each) => each.reader === reader.reader);
    if (at < 0) readers.push(reader); else readers[at] = reader;
  }
}

// ---- the connection. The server sends a beat every second; silence is a lost connection.
const SILENCE_MS = 2500;
let cover = null;
let lostAt = null;
let focused = null;

function setLink(state) {
  document.documentElement.dataset.link = state; // connecting, live, lost; idle where nothing is followed
}
const isLost = () => document.documentElement.dataset.link === 'lost';
function drawCover() {
  if (!cover || cover.hidden) return;
  const other = (key) => word(key, {}, true);
  const title = element('p', 'cover-title', word('lost'));
  const second = element('p', 'cover-second', other('lost'));
  const detail = element('p', 'cover-detail', `${word('lost-detail')} · ${word('lost-since', { time: clockTime(lostAt) })}`);
  cover.replaceChildren(title, second, detail, element('p', 'cover-detail', other('lost-detail')));
  const { pending } = document.body.dataset;
  if (pending) cover.append(element('p', 'cover-detail', word('lost-pending', { number: pending })));
}
function coverPage(wantsCover) {
  const wasLost = isLost();
  setLink(wantsCover ? 'lost' : 'live');
  if (wantsCover === wasLost) return;
  cover ||= document.body.appendChild(Object.assign(element('div', 'cover'), { hidden: true }));
  cover.setAttribute('role', 'alert');
  cover.hidden = !wantsCover;
  lostAt = new Date(Date.now() - SILENCE_MS).toISOString();
  const parts = document.querySelectorAll('body > :not(.cover)');
  if (wantsCover) focused = document.activeElement;
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close(); // it would stand before the cover
  for (const part of parts) part.inert = wantsCover;
  if (wantsCover) drawCover();
  else if (focused && focused !== document.body) focused.focus({ preventScroll: true });
}

// Keeps `lane` current and calls draw() after every change, door(event) for what somebody got at the door,
// check(event) for what a reader at the tail of the queue found.
// Until the first snapshot the page says that it is connecting.
export function follow(laneName, lane, { draw, door = () => {}, check = () => {} }) {
  const path = `/api/v1/lanes/${encodeURIComponent(laneName)}/events`;
  let source = null;
  let heardAt = performance.now();
  let openedAt = 0;
  let delay_ms = 0;
  let reopen = 0;

  const handlers = {
    snapshot: (data) => { lane.replace(data); draw(); },
    ticket: (data) => { if (lane.apply(data)) draw(); },
    lane: (data) => { lane.setLane(data); draw(); },
    reader: (data) => { lane.setReader(data); draw(); },
    store: (data) => { if (lane.snapshot) { lane.snapshot.store = data.store; draw(); } },
    door: (data) => { if (lane.snapshot) door(data); }, check: (data) => { if (lane.snapshot) check(data); },
    beat: () => {},
    resync: () => {},
  };
  const heard = (name) => {
    heardAt = performance.now();
    delay_ms = 0;
    if (name === 'snapshot') coverPage(false); // after a loss only a snapshot makes the page true again
  };
  const open = () => {
    clearTimeout(reopen);
    reopen = 0;
    if (source) source.close();
    openedAt = performance.now();
    source = new EventSource(path);
    const mine = source;
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        if (mine !== source) return;
        heard(name);
        handle(JSON.parse(event.data));
      });
    }
    source.onerror = () => { if (mine === source) again(mine.readyState === EventSource.CLOSED); };
  };
  const again = (wasRefused) => {
    if (reopen) return;
    source.close();
    delay_ms = Math.min(2000, delay_ms ? delay_ms * 1.6 : 500);
    reopen = setTimeout(async () => {
      if (wasRefused) await stillPaired();
      open();
    }, delay_ms);
  };
  const stillPaired = async () => {
    try {
      if ((await request('/api/v1/me')).status === 401) await goPair('none', laneName);
    } catch { /* no answer is what the cover says already */ }
  };
  const watch = () => {
    const now = performance.now();
    if (now - heardAt <= SILENCE_MS) return;
    coverPage(true);
    // A connection that was accepted but never speaks is given up as well.
    if (!reopen && now - Math.max(openedAt, heardAt) > SILENCE_MS) again(false);
  };
  setInterval(watch, 200);
  document.addEventListener('visibilitychange', watch);
  onLanguage(() => { if (lane.snapshot) draw(); });
  open();
}
onLanguage(drawCover);

wireLanguage();
