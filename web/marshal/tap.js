// What can be done about refusals at the door's reader: the server keeps what was presented for three minutes, and the page
// names it by its id alone. The number comes back as a message of the door, like that of any tap.
import { EntryBox } from '/marshal/entry.js';
import { helpParts } from '/marshal/refusal.js';
import { $, bilingual, clockTime, element, onLanguage } from '/shared/core.js';

class TapBox extends EntryBox {
  async send(person) {
    const isGiven = await super.send(person);
    if (isGiven) this.used(person.tap);
    return isGiven;
  }
}

export class DoorHelp {
  constructor(laneName, lane, role) {
    this.role = role;
    this.events = [];
    this.box = new TapBox($('#door-answer'), lane);
    this.box.laneName = laneName;
    this.box.used = (tap) => {
      for (const event of this.events) if (event.tap === tap) event.tap = '';
      this.box.say('', ''); // the door tells it
      this.draw();
    };
    onLanguage(() => this.draw());
  }

  // The latest messages of the door, newest first.
  show(events) {
    this.events = events;
    if (!this.box.isSending) this.box.say('', '');
    this.draw();
  }

  row(event, isLatest) {
    const codes = this.role === 'office' ? event.override_office : event.override;
    const nodes = helpParts({ data: { code: event.code, override: codes } }, { medium: 'tap', tap: event.tap }, (person) => { if (!this.box.isSending) this.box.send(person); });
    const message = bilingual(event.message) || { first: '' };
    if (nodes.length && !isLatest) nodes.unshift(element('p', 'issued-detail', `${clockTime(event.at)} ${message.first}`));
    return nodes;
  }

  draw() {
    $('#door-help').replaceChildren(...this.events.flatMap((event, index) => (event.tap ? this.row(event, index === 0) : [])));
  }
}
