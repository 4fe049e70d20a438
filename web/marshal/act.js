// What the marshal may do with a number: its person leaves, it is void, its payment card is back. The photographer is told.
import '/marshal/day-words.js';
import { $, NoAnswer, command, element, lanePath, problemText, setText, word } from '/shared/core.js';

let acting = null; // the ticket in the dialog

export function actButton(ticket) {
  if (!['waiting', 'called', 'shot'].includes(ticket.state)) return null;
  const button = element('button', 'act', word('act'));
  button.type = 'button';
  button.dataset.act = ticket.number;
  button.setAttribute('aria-label', word('act-on', { number: ticket.number }));
  return button;
}

export function startActing(laneName, lane, draw) {
  const dialog = $('#ticket-menu');
  const say = (kind, text) => { $('#act-answer').dataset.kind = kind; setText($('#act-answer'), text); };

  const act = async (verb, body) => {
    const { number } = acting;
    dialog.close();
    say('', `… ${number} · ${word('sending')}`);
    try {
      const answer = await command(`${lanePath(laneName)}/tickets/${encodeURIComponent(number)}/${verb}`, body);
      if (answer.status === 200) {
        lane.apply(answer.data);
        say('done', `✓ ${number} ${word(`did-${verb}`)}`);
      } else {
        const text = problemText(answer);
        say('failed', `✕ ${number}: ${text.first} ${text.second}`);
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      say('failed', `✕ ${number}: ${word('no-answer')}`);
    }
    draw();
  };
  const open = (number) => {
    acting = lane.tickets.get(number);
    if (!acting) return;
    const isOpen = ['waiting', 'called'].includes(acting.state);
    const takesCards = (lane.snapshot.rules || {}).payment === 'token';
    setText($('#act-title'), `${acting.number} ${acting.name || ''}`);
    for (const node of dialog.querySelectorAll('[data-open]')) node.hidden = !isOpen;
    $('#act-card').hidden = !takesCards || acting.card_back;
    dialog.showModal();
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-act]');
    if (button) open(button.dataset.act);
  });
  dialog.addEventListener('click', (event) => {
    const { reason, verb } = event.target.dataset;
    if (reason) act('void', { reason });
    else if (verb) act(verb, {});
  });
  $('#act-cancel').addEventListener('click', () => dialog.close());
}
