// axe-core on an open page; the page's policy must be bypassed for it (bypassCSP).
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

export const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function inspect(page, what) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
  });
  assert.deepEqual(found, [], what);
}
