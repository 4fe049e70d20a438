// node zz-crop.mjs OUT COLS CELLW MAXH files  : tops only
import { chromium } from 'playwright-core'; import path from 'node:path'; import { writeFileSync } from 'node:fs';
const [out, cols, cell, maxh, ...files] = process.argv.slice(2);
writeFileSync('/tmp/looks8/s/y.html', `<body style="margin:4px;background:#888;font:13px sans-serif"><div style="display:grid;grid-template-columns:repeat(${cols},${cell}px);gap:8px;align-items:start">${files.map((f) => { const [g, off] = f.split('@'); return `<div>${path.basename(f, '.png')}<div style="height:${maxh}px;overflow:hidden"><img style="width:${cell}px;display:block;margin-top:-${off || 0}px" src="file://${path.resolve(g)}"></div></div>`; }).join('')}</div></body>`);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--allow-file-access-from-files'] });
const p = await b.newPage({ viewport: { width: cols * (Number(cell) + 8) + 8, height: 400 } });
await p.goto('file:///tmp/looks8/s/y.html'); await p.waitForTimeout(300); await p.screenshot({ path: out, fullPage: true }); await b.close();
