// The words of the pairing page alone, [Chinese, English].
import '/shared/words.js';
import { addWords } from '/shared/core.js';

addWords({
  'pair-ended': ['本设备的配对已被撤销或已到期，不能再用。要继续使用，请负责人重新生成配对码，用本设备扫描。', 'This device was unpaired by the office, or its pairing has expired. To go on, ask for a new pairing code and scan it with this device.'],
  'pair-change': ['本设备现在是：{now}。这个配对码是给“{next}”的，要改吗？', 'This device is {now}. The pairing code is for {next}. Change it?'],
  'pair-switch': ['改为 {next}', 'Change to {next}'],
  'pair-keep': ['不改，继续作为 {now}', 'Keep {now}'],
  'pair-still': ['本设备现在是：{now}', 'This device is {now}'],
  'pair-go-on': ['继续作为 {now}', 'Go on as {now}'],
  'pair-again': ['再试一次', 'Try again'],
  'all-lanes': ['全部机位', 'all lanes'],
});
