// node zz-sheet.mjs OUT COLS CELLW files...
import { chromium } from 'playwright-core';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
const [out, cols, cell, ...files] = process.argv.slice(2);
const html = `<body style="margin:4px;background:#888;font:13px sans-serif;width:${cols * (Number(cell) + 8)}px"><div style="display:grid;grid-template-columns:repeat(${cols},${cell}px);gap:8px;align-items:start">${files.map((f) => `<div>${path.basename(f, '.png')}<br><img style="width:${cell}px;display:block" src="file://${path.resolve(f)}"></div>`).join('')}</div></body>`;
writeFileSync('/tmp/looks8/s/x.html', html);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--allow-file-access-from-files'] });
const p = await b.newPage({ viewport: { width: cols * (Number(cell) + 8) + 8, height: 400 } });
await p.goto('file:///tmp/looks8/s/x.html');
await p.waitForTimeout(300);
await p.screenshot({ path: out, fullPage: true });
await b.close();
