// A stopped lane: who is in question, and the decision that lets it go on. What was chosen stays until it was accepted.
import '/marshal/day-words.js';
import { $, NoAnswer, command, element, lanePath, problemText, setText, word } from '/shared/core.js';

const DECISIONS = ['order-right', 'put-right', 'suspect'];
const chosen = () => DECISIONS.find((each) => $(`#decide-${each}`).checked);

export function startStopped(laneName, lane, refresh) {
  let drawn = '';
  let isSending = false;
  const say = (kind, text) => { $('#decide-answer').dataset.kind = kind; setText($('#decide-answer'), text); };
  const drawFrom = () => { $('#decide-from-row').hidden = chosen() !== 'suspect'; };

  $('#stopped').addEventListener('change', drawFrom);
  $('#stopped').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isSending) return;
    const decision = chosen();
    if (!decision) { say('failed', `✕ ${word('decide-which')}`); $('#decide-order-right').focus(); return; }
    const reason = $('#decide-note').value.trim();
    if (!reason) { say('failed', `✕ ${word('decide-why')}`); $('#decide-note').focus(); return; }
    const from = decision === 'suspect' ? $('#decide-from').value : '';
    isSending = true;
    say('', `… ${word('sending')}`);
    try {
      const answer = await command(`${lanePath(laneName)}/resolve`, { decision, ...(from ? { from } : {}), reason });
      const text = problemText(answer);
      if (answer.status === 200) { say('', ''); $('#stopped').reset(); drawn = ''; } else say('failed', `✕ ${text.first} ${text.second}`);
      refresh();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      say('failed', `✕ ${word('no-answer')}`);
    } finally { isSending = false; }
  });

  // Called after every change of the lane.
  return () => {
    const { stopped } = lane.snapshot;
    const isKnown = Boolean(stopped && stopped.at_risk); // the event comes first, who is at risk with the snapshot
    $('#stopped').hidden = !isKnown;
    if (!isKnown) { drawn = ''; return; }
    const { number } = stopped.ticket;
    const risks = stopped.at_risk.filter((ticket) => ticket.number !== number);
    setText($('#stopped-title'), word('stopped', { number }));
    const key = `${number} ${risks.map((ticket) => ticket.number)} ${word('language')}`;
    if (drawn === key) return;
    if (!drawn) $('#stopped').scrollIntoView({ block: 'start' });
    drawn = key;
    $('#stopped-risk').replaceChildren(...risks.map((ticket) => element('li', '', `${ticket.number} ${ticket.name || ''}`)));
    $('#stopped-risk-label').hidden = !risks.length;
    $('#stopped-none').hidden = Boolean(risks.length);
    const before = $('#decide-from').value;
    // Also those before them, whose numbers were confirmed: somebody may know better.
    const earlier = (lane.snapshot.done || []).filter((ticket) => ticket.state === 'shot');
    const numbers = [...new Set([...earlier, ...risks, stopped.ticket].map((ticket) => ticket.number))].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    $('#decide-from').replaceChildren(...numbers.map((each) => new Option(each, each)));
    $('#decide-from').value = numbers.includes(before) ? before : (risks[0] || stopped.ticket).number;
    drawFrom();
  };
}
