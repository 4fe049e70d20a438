import { Browser, Daemon, live, pause, person, roster, browser } from './zz-lib.mjs';
import { execFileSync } from 'node:child_process';
const OUT = process.argv[2];
const LONG = '马克思主义基本原理专业（中外合作·专升本）2021级卓越教师实验第二十三班';
const d = await Daemon.start({ lanes: ['B', '2024'], rules: 'payment = "class"\nfee = "20.50"\nmedia = {"capture_code", "id_card", "manual"}\nspoken_check = true\nsheet_columns = {"student_no", "name", "level", "id_number", "time"}\n',
  lists: { people: roster({ [LONG]: 60, 软件2102班: 30, '<b>=cmd()</b>班': 2 }), schedule: `机位,日期,时间,单位,人数\nA,2026-11-23,08:30-09:10,${LONG},60\nA,2026-11-23,09:10-10:00,软件2102班,30\n2024,2026-11-24,09:10-10:00,软件2102班,30\n` } });
try {
  for (let n = 1; n <= 70; n += 1) { const number = await d.checkIn(person(n)); if (n > 12) continue; await d.act(number, 'call'); if (n === 3) { await d.act(number, 'miss'); continue; } await d.act(number, 'confirm'); await d.act(number, 'shot'); }
  const units = (await d.api('GET', '/units', undefined, 'whole')).data.map((e) => e.id).join(',');
  const shots = { signoff: `sheet=signoff&units=${units}`, lane: 'sheet=signoff&lane=A', slips: 'sheet=slips&lane=A&count=20', slips4: 'sheet=slips&lane=2024&count=20', bills: `sheet=bills`, notices: 'sheet=notices&lane=A' };
  const one = async (name, q, lang) => {
    const page = await browser.device({ expects: /./ });
    await page.addInitScript((l) => localStorage.setItem('paihao.language', l), lang);
    await page.goto(`${d.origin}/print/?${q}#token=${d.tokens.whole}`); await live(page); await pause(500);
    await page.pdf({ path: `${OUT}/${name}-${lang}.pdf`, preferCSSPageSize: true });
    await page.screenshot({ path: `${OUT}/screen-${name}-${lang}.png` });
    execFileSync('pdftoppm', ['-r', '60', '-png', `${OUT}/${name}-${lang}.pdf`, `${OUT}/${name}-${lang}`]);
    await page.context().close();
  };
  for (const [name, q] of Object.entries(shots)) for (const lang of name.startsWith('slips') ? ['zh'] : ['zh', 'en']) await one(name, q, lang);
  const before = (await d.api('GET', '/rules', undefined, 'whole')).data;
  await d.api('POST', '/rules', { profile: 'wide', text: before.text.replace(/sheet_columns[^\n]*\n/, 'sheet_columns = {"number", "lane", "student_no", "name", "college", "unit", "level", "payment", "time", "note"}\n') }, 'whole');
  await one('wide', 'sheet=signoff&lane=A', 'zh');
} finally { await browser.stop(); await d.stop(); }
