// When the latest backup was made, or what is wrong with it; and that the event goes on at another computer.
import { $, bilingual, clockTime, onLanguage, setText, word } from '/shared/core.js';

export function startBackup(ask) {
  const box = $('#backup');
  let event = null;
  const text = () => {
    const { backup } = event;
    if (!backup) return `⚠ ${word('backup-off')}`;
    if (backup.problem) return `✕ ${word('backup-failed', { folder: backup.folder || '', why: bilingual(backup.problem.message).first })}`;
    if (!backup.at) return word('backup-none');
    const made = word('backup-made', { at: clockTime(backup.at), seq: backup.seq });
    return `✓ ${made}${backup.same_disk ? ` ⚠ ${word('backup-same-disk')}` : ''}`;
  };
  const draw = () => {
    box.hidden = !event;
    if (!event) return;
    const isBad = event.elsewhere || (event.backup && event.backup.problem);
    box.dataset.kind = isBad ? 'bad' : event.backup && event.backup.at && !event.backup.same_disk ? 'good' : '';
    setText(box, event.elsewhere ? `✕ ${word('store-event-elsewhere')}` : text());
  };
  onLanguage(draw);
  return {
    show: async () => {
      const answer = await ask('/api/v1/event');
      if (!answer) return;
      event = answer.status === 200 && 'elsewhere' in answer.data ? answer.data : null;
      draw();
    },
  };
}
