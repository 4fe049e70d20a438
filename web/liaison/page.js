// The liaison's phone: the own class, who is done, waiting, absent or unpaid, and the roll call. No ID number comes here.
import '/shared/theme.js';
import { Classes } from '/shared/classes.js';
import {
  $, Lane, addWords, follow, setText, store, word,
} from '/shared/core.js';
import { enterWhole } from '/shared/whole.js';

addWords({
  'liaison-lead': ['请选择您的班级', 'Choose your class'],
  'liaison-now': ['{lane}：现在 {number}', '{lane}: now {number}'],
});

const EVERY_MS = 10000; // other lanes' numbers come by no event here
const lane = new Lane();
let classes = null;
let timer = 0;

function draw() {
  const { lane: name, current } = lane.snapshot;
  setText($('#now'), current ? word('liaison-now', { lane: name, number: current.number }) : '');
  $('#lead').hidden = Boolean(classes.id);
  clearTimeout(timer);
  timer = setTimeout(() => classes.refresh(), 300); // whatever has changed may concern the class
}

enterWhole(['liaison', 'marshal', 'office']).then((me) => {
  classes = new Classes($('#classes'), {
    canRoll: true,
    way: () => (lane.snapshot && lane.snapshot.rules ? lane.snapshot.rules.payment : 'none'),
    recall: () => Number(store.get('paihao.class')) || 0,
    remember: (id) => { store.set('paihao.class', String(id)); $('#lead').hidden = Boolean(id); },
  });
  classes.refresh();
  setInterval(() => { if (!document.hidden) classes.refresh(); }, EVERY_MS);
  const first = me.lane || (me.lanes || [])[0];
  if (first) follow(first, lane, { draw, lists: () => classes.refresh() });
});
