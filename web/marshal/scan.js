// The scan field of the marshal's desk: one scan, one check-in.
import '/marshal/words.js';
import { EntryBox } from '/marshal/entry.js';
import { $, word } from '/shared/core.js';
import { startScanField } from '/shared/scan.js';

export function startScan(laneName, lane) {
  const box = new EntryBox($('#scanned'), lane);
  box.laneName = laneName;
  startScanField($('#scan'), {
    send: (body) => box.send(body),
    wait: () => box.say('', `… ${word('scan-second-line')}`),
    refuse: (why) => box.say('failed', `✕ ${word(why)}`),
    isBusy: () => box.isSending,
  });
}
