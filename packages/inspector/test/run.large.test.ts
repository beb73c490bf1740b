import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium } from './chromium.ts';
import { eras } from './era.ts';
import { openTool } from './opened.ts';

const t = initTRPC.meta<McpMeta>().create();
const removed: string[] = [];
let aborted = 0;
const counted: number[] = [];
const answers: unknown[] = [];

const router = t.router({
  remove: t.procedure
    .meta({ mcp: { description: 'Removes a customer.', confirm: 'Remove {id}?' } })
    .input(z.object({ id: z.string() }))
    .mutation(({ input }) => {
      removed.push(input.id);
      return `${input.id} is gone`;
    }),
  order: t.procedure.meta({ mcp: { description: 'Asks what to bring.' } }).mutation(async () => {
    const answer = await getMcpCall()!.ask({
      message: 'What do you want?',
      schema: z.object({
        drink: z.enum(['tea', 'water']).default('tea'),
        cups: z.int().min(1),
        note: z.string().optional(),
      }),
    });
    if (answer?.action === 'accept') answers.push(answer.content);
    return `You said ${answer?.action}`;
  }),
  visit: t.procedure.meta({ mcp: { description: 'Sends the person to a page.' } }).mutation(async () => {
    const answer = await getMcpCall()!.ask({
      message: 'Sign in there',
      url: 'https://pay.example.com/x?y=1',
    });
    return `visited: ${answer?.action}`;
  }),
  slow: t.procedure.meta({ mcp: { description: 'Takes its time.' } }).mutation(async ({ signal }) => {
    getMcpCall()!.progress({ progress: 3, total: 10, message: 'Three of ten' });
    await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
    aborted += 1;
    return 'late';
  }),
  refuse: t.procedure.meta({ mcp: { description: 'Fails.' } }).mutation(() => {
    throw new TRPCError({ code: 'CONFLICT', message: 'Somebody was faster.' });
  }),
  count: t.procedure
    .meta({ mcp: { description: 'Counts.', idempotent: true, dryRun: 'look' } })
    .input(z.object({ by: z.number() }))
    .mutation(({ input }) => {
      counted.push(input.by);
      return { total: counted.length };
    }),
  look: t.procedure.input(z.object({ by: z.number() })).query(({ input }) => ({ would: input.by })),
});

describe.skipIf(chromiumMissing)('a call from the inspector', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  // Questions of 2025 come within a session.
  const in2025 = { options: { legacy: 'sessions' } };

  test.each(eras)('asks for a consent, and runs only when it was given, in %s', async (era) => {
    removed.length = 0;
    await using opened = await openTool(chromium, router, 'remove', { era, ...in2025 });
    const { page, trouble } = opened;
    const run = page.getByRole('button', { name: 'Run', exact: true });
    const dialog = page.getByRole('dialog', { name: 'The tool asks' });
    await page.getByLabel(/^id/).fill('c1');
    await run.click();
    await dialog.getByText('Remove "c1"?').waitFor();
    await page.getByText('Waiting for your answer.', { exact: true }).waitFor();
    expect(await page.getByText('Fulfilling').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Decline' }).click();
    await page.getByText('The tool answered with an error').waitFor();
    expect(removed).toEqual([]);
    await run.click();
    await dialog.getByText('Remove "c1"?').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('The tool answered with an error').waitFor();
    expect(removed).toEqual([]);
    await run.click();
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('c1 is gone').first().waitFor();
    expect(removed).toEqual(['c1']);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test.each(eras)('asks with a form, checks the answers, and sends what was accepted, in %s', async (era) => {
    answers.length = 0;
    await using opened = await openTool(chromium, router, 'order', { era, ...in2025 });
    const { page, trouble } = opened;
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'The tool asks' });
    await dialog.getByText('What do you want?').waitFor();
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await dialog.getByRole('button', { name: 'cups' }).waitFor();
    await dialog.getByLabel(/^cups/).fill('2');
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Answered/ })
      .waitFor();
    expect(answers).toEqual([{ drink: 'tea', cups: 2 }]);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('names the host of a page that the person is to visit, and opens it on a click only', async () => {
    await using opened = await openTool(chromium, router, 'visit');
    const { page, trouble } = opened;
    await page.context().route('https://pay.example.com/**', (route) => route.fulfill({ body: 'hello' }));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'The tool asks' });
    await dialog.getByText('https://pay.example.com/x?y=1').waitFor();
    expect(page.context().pages()).toHaveLength(1);
    const popup = page.context().waitForEvent('page');
    await dialog.getByRole('button', { name: 'Open pay.example.com' }).click();
    const visited = await popup;
    expect(await visited.evaluate(() => window.opener)).toBe(null);
    await page.getByText('visited: accept').first().waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test.each(eras)('shows progress, and tells the server when the person cancels, in %s', async (era) => {
    aborted = 0;
    await using opened = await openTool(chromium, router, 'slow', { era, ...in2025 });
    const { page, trouble } = opened;
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Running: Three of ten').waitFor();
    const bar = page.getByRole('progressbar');
    expect(await bar.evaluate(({ value, max }: HTMLProgressElement) => [value, max])).toEqual([3, 10]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('status').filter({ hasText: 'Cancelled' }).waitFor();
    await expect.poll(() => aborted).toBe(1);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('shows an error as the model reads it, and what was sent and received', async () => {
    await using opened = await openTool(chromium, router, 'refuse');
    const { page, trouble } = opened;
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Somebody was faster.').first().waitFor();
    await page.getByText('Request and response').click();
    const exchange = page.locator('.exchange').first();
    const text = await exchange.innerText();
    expect(text).toMatch(/POST \/mcp HTTP/);
    expect(text).toMatch(/mcp-name: refuse/i);
    expect(text).toMatch(/"method": "tools\/call"/);
    expect(text).toMatch(/HTTP 200/);
    expect(text).toMatch(/Somebody was faster/);
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.locator('summary', { hasText: 'tools/call refuse' }).first().waitFor();
    await page.locator('summary', { hasText: 'tools/list' }).first().waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('runs dry, and shows the kept answer for a key that was used', async () => {
    await using opened = await openTool(chromium, router, 'count', { options: { callerId: () => 'ada' } });
    const { page, trouble } = opened;
    const run = page.getByRole('button', { name: 'Run', exact: true });
    await page.getByLabel(/^by/).fill('1');
    await page.getByRole('checkbox', { name: /^Dry run/ }).check();
    await run.click();
    await page.getByText(/would/).first().waitFor();
    expect(counted).toEqual([]);
    await page.getByRole('checkbox', { name: /^Dry run/ }).uncheck();
    await page.getByRole('button', { name: 'Make a key' }).click();
    for (let times = 0; times < 2; times++) {
      await run.click();
      await page
        .getByText(/"?total/)
        .first()
        .waitFor();
    }
    await page.getByText('2 earlier calls').waitFor();
    expect(counted).toEqual([1]);
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('says what to do when the endpoint wants a credential, or there is no network', async () => {
    await using opened = await openTool(chromium, router, 'refuse');
    const { page } = opened;
    const run = page.getByRole('button', { name: 'Run', exact: true });
    for (const [status, words] of [
      [403, 'The endpoint refuses this caller (403). It says: not you'],
      [429, 'The endpoint got too many requests (429). It says: not you'],
    ] as const) {
      await page.route('**/mcp', (route) =>
        route.fulfill({ status, contentType: 'application/json', body: '{"error":{"message":"not you"}}' }),
      );
      await run.click();
      await page.getByRole('heading', { name: words }).waitFor();
      await page.unroute('**/mcp');
    }
    await page.route('**/mcp', (route) => route.abort('internetdisconnected'));
    await run.click();
    await page
      .getByRole('heading', { name: 'The endpoint cannot be reached: there was no response.' })
      .waitFor();
  });

  test('can be used by keyboard alone, on a phone, and axe finds nothing serious in light and dark', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark'] as const) {
      await using opened = await openTool(chromium, router, 'count', {
        colorScheme,
        viewport: { width: 360, height: 780 },
      });
      const { page } = opened;
      await page.getByLabel(/^by/).focus();
      await page.keyboard.type('x');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.className === 'problems');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('3');
      await page.keyboard.press('Enter');
      await page
        .getByRole('status')
        .filter({ hasText: /^Answered/ })
        .waitFor();
      await page.getByRole('button', { name: 'curl' }).press('Enter');
      await page.getByText('Request and response').press('Enter');
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      const shots = process.env['SCREENSHOTS'];
      if (shots) await page.screenshot({ path: `${shots}/run-${colorScheme}.png`, fullPage: true });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as {
          axe: {
            run: (
              context: Document,
            ) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
          };
        };
        const { violations } = await checker.run(document);
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(found).toEqual([]);
    }
  });
});
