// The liaison's phone: the own class, who is done, waiting, absent or unpaid, and the roll call. No ID number comes here.
import '/shared/theme.js';
import { Classes } from '/shared/classes.js';
import {
  $, Lane, addWords, follow, onLanguage, setText, store, word,
} from '/shared/core.js';
import { unitsText } from '/shared/units.js';
import { enterWhole } from '/shared/whole.js';

addWords({
  'liaison-lead': ['请选择您的班级', 'Choose your class'],
  'liaison-now': ['{lane}：现在 {number}', '{lane}: now {number}'],
});

const EVERY_MS = 10000; // other lanes' numbers come by no event here
const lane = new Lane();
let classes = null;
let own = null; // what this phone is for alone
let timer = 0;

// Whose class it is stands on top, and in the name of the tab.
function drawOwn() {
  const text = own ? unitsText(own) : '';
  setText($('#own'), text && ` · ${text}`);
  if (text) document.title = `${text} · ${word('title-liaison')}`;
}

function drawLead() { $('#lead').hidden = Boolean(classes.id || classes.isAlone); }

function draw() {
  const { lane: name, current } = lane.snapshot;
  setText($('#now'), current ? word('liaison-now', { lane: name, number: current.number }) : '');
  drawLead();
  clearTimeout(timer);
  timer = setTimeout(() => classes.refresh().then(drawLead), 300); // whatever has changed may concern the class
}

enterWhole(['liaison', 'marshal', 'office']).then((me) => {
  own = me.units;
  onLanguage(drawOwn);
  drawOwn();
  classes = new Classes($('#classes'), {
    canRoll: true,
    own,
    heading: 'h2',
    way: () => (lane.snapshot && lane.snapshot.rules ? lane.snapshot.rules.payment : 'none'),
    recall: () => Number(store.get('paihao.class')) || 0,
    remember: (id) => { store.set('paihao.class', String(id)); },
  });
  const refresh = () => classes.refresh().then(drawLead);
  refresh();
  $('#classes').addEventListener('click', drawLead);
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
  const first = me.lane || (me.lanes || [])[0];
  if (first) follow(first, lane, { draw, lists: refresh });
});
