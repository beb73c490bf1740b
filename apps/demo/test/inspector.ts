import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';

/** Collects what goes wrong on all pages of a browser: errors of scripts, and what a Content-Security-Policy refused. */
export async function collectTrouble(context: BrowserContext): Promise<string[]> {
  const trouble: string[] = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => {
      if (/Content[- ]Security[- ]Policy/i.test(message.text())) trouble.push(message.text());
    });
  });
  await context.exposeFunction('tellViolation', (text: string) => trouble.push(text));
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) => {
    tellViolation(event.violatedDirective + ': ' + event.blockedURI);
  })`);
  return trouble;
}

/** Lists what axe calls serious or critical on a page, without the frames of apps. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the policy of the page does not bind.
  await page.evaluate(await axe);
  return page.evaluate<string[]>(`axe.run(document, { iframes: false, resultTypes: ['violations'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
