// Which key does what: press the pedal, and the page has learnt it. Loaded when somebody asks for it.
import { $, addWords, element, setText, translate, word } from '/shared/core.js';

addWords({
  'keys-title': ['脚踏板、遥控器、键盘', 'Foot pedal, remote, keyboard'],
  'keys-how': ['按“添加”，再踩踏板或按遥控器上的键。只存在这台设备上。', 'Press Add, then the pedal or a key of the remote. Kept on this device only.'],
  'key-step': ['下一步（叫号、已拍、报号相符）', 'Go on (call, shot, number is right)'],
  'key-undo': ['撤销刚才的“已拍”', 'Undo the latest shot'],
  'key-retake': ['重拍', 'Retake'],
  'key-miss': ['过号', 'Missed'],
  'key-mismatch': ['报号不符，停拍', 'Wrong number: stop'],
  'key-add': ['添加', 'Add'],
  'key-press': ['请按键……', 'Press the key…'],
  'key-none': ['没有按键', 'no key'],
  'keys-reset': ['恢复原来的按键', 'As it was at first'],
  'keys-close': ['完成', 'Done'],
});

const NAMES = { ' ': 'Space', ArrowRight: '→', ArrowLeft: '←', ArrowUp: '↑', ArrowDown: '↓' };
const nameOf = (key) => NAMES[key] || (key.length === 1 ? key.toUpperCase() : key);
const IGNORED = ['Tab', 'Escape', 'Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Process', 'Unidentified', 'Dead'];

let dialog = null;
function makeDialog() {
  const made = element('dialog', 'keys');
  made.id = 'keys-menu';
  made.setAttribute('aria-labelledby', 'keys-title');
  const title = element('h2');
  title.id = 'keys-title';
  title.dataset.word = 'keys-title';
  const how = element('p');
  how.dataset.word = 'keys-how';
  document.head.append(Object.assign(element('link'), { rel: 'stylesheet', href: '/photographer/keys.css' }));
  made.append(title, how, Object.assign(element('ul'), { id: 'keys-list' }));
  return document.body.appendChild(made);
}
function button(id, key, press) {
  const made = element('button', '', word(key));
  made.type = 'button';
  made.id = id;
  made.addEventListener('click', press);
  return made;
}

// `first`: the keys of a new device; `keys`: those of now; save(keys) after each change.
export function chooseKeys(first, keys, save) {
  dialog ||= makeDialog();
  let chosen = keys;
  let learning = '';
  const put = (changed) => { chosen = changed; save(changed); draw(); };
  const learn = (event) => {
    if (!learning || IGNORED.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const without = Object.fromEntries(Object.entries(chosen).map(([name, list]) => [name, list.filter((each) => each !== key)]));
    const name = learning;
    learning = '';
    put({ ...without, [name]: [...without[name], key] });
    $(`#key-add-${name}`).focus();
  };
  const row = (name) => {
    const item = element('li');
    item.append(element('span', 'key-what', word(`key-${name}`)), element('span', 'key-names', chosen[name].map(nameOf).join('  ') || word('key-none')));
    const add = button(`key-add-${name}`, learning === name ? 'key-press' : 'key-add', () => { learning = name; draw(); $(`#key-add-${name}`).focus(); });
    item.append(add);
    item.dataset.action = name;
    return item;
  };
  function draw() {
    setText($('#keys-title'), word('keys-title'));
    $('#keys-list').replaceChildren(...Object.keys(first).map(row));
  }
  const close = () => dialog.close();
  dialog.addEventListener('close', () => {
    dialog.removeEventListener('keydown', learn, true);
    foot.remove();
  }, { once: true });
  const foot = element('div', 'dialog-choices');
  foot.append(button('keys-reset', 'keys-reset', () => { learning = ''; put(first); }), button('keys-close', 'keys-close', close));
  dialog.append(foot);
  dialog.addEventListener('keydown', learn, true);
  translate(dialog);
  draw();
  dialog.showModal();
}
