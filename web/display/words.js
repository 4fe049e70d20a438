// The words of the hall's television, [Chinese, English]. The spoken ones are filled with single characters, so that a voice
// says one digit after another.
import '/shared/words.js';
import { addWords } from '/shared/core.js';

addWords({
  'please-wait': ['请稍候', 'Please wait'],
  'late-round': ['正在补拍过号，过号的同学请找引导员', 'Late round: if you were missed, please see the staff'],
  'sound-on': ['声音已开', 'Sound is on'],
  'sound-muted': ['声音已关', 'Sound is off'],
  'voice-none': ['没有语音，只有提示音', 'no voice here, only a chime'],
  'say-come-in': ['{number} 号，请进', 'Number {number}, please come in'],
  'say-come-to': ['{number} 号，请到 {place}', 'Number {number}, please go to {place}'],
  'say-lane': ['{lane} 号机位', 'lane {lane}'],
});
