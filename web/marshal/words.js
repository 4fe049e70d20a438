// The words of the scan field and the passport entry, put beside those of core.js.
import { WORDS, translate } from '/shared/core.js';

Object.assign(WORDS, {
  scan: ['扫码', 'Scan'],
  'scan-how': ['点一下这里再扫采集码', 'Click here, then scan the capture code'],
  'passport-entry': ['护照', 'Passport'],
  'mrz-lines': ['护照资料页底部两行，扫描或输入', 'The two lines at the foot of the data page, scanned or typed'],
  'mrz-length': ['需要两行，每行 44 位；现在是 {lengths}', 'Two lines of 44 characters are needed; these have {lengths}'],
  'mrz-character': ['第 {line} 行第 {column} 位不能是 {character}', 'Line {line}, place {column} cannot be {character}'],
  'mrz-check': ['校验码不符：{what}，请逐位核对', 'The check digit of {what} is wrong: compare every character'],
  'mrz-too-many': ['识别错误太多，请重新扫描', 'Too many misread characters: read it again'],
  'mrz-good': ['五个校验码全部正确', 'All five check digits hold'],
  'mrz-what-number': ['护照号', 'the number'], 'mrz-what-birth': ['出生日期', 'the birth date'],
  'mrz-what-expiry': ['有效期', 'the expiry date'], 'mrz-what-optional': ['附加项', 'the optional field'],
  'mrz-what-all': ['总校验', 'the whole line'],
  'mrz-repaired': ['已修正：第 {line} 行第 {column} 位 {from} → {to}，请与护照核对', 'Repaired: line {line}, place {column}, {from} → {to}. Compare with the passport'],
  'mrz-repaired-line': ['第 {line} 行的 {from} 全部当作 {to}', 'Line {line}: every {from} taken for {to}'],
});
translate();
