import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumMissing, launchChromium } from './chromium.ts';
import { openTool } from './opened.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Text that means something to a shell, to JavaScript and to HTML. */
const nasty = `it's "$(touch /nope)" \`x\` \\ $HOME\n</script> é ☃ !! %41`;
const source = `import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();
export const appRouter = t.router({
  note: t.procedure
    .meta({ mcp: { description: 'Notes a text.' } })
    .input(z.object({ text: z.string(), at: z.date().optional(), more: z.unknown() }))
    .mutation(({ input }) => ({ noted: input.text, at: input.at?.getTime() })),
});
`;

const t = initTRPC.meta<McpMeta>().create();
const received: unknown[] = [];
const appRouter = t.router({
  note: t.procedure
    .meta({ mcp: { description: 'Notes a text.' } })
    .input(z.object({ text: z.string(), at: z.date().optional(), more: z.unknown() }))
    .mutation(({ input }) => {
      received.push(input);
      return { noted: input.text };
    }),
});
const given = { text: nasty, at: '2026-01-31T09:00:00Z', more: [1, { a: null }] };
const parsed = { ...given, at: new Date(given.at) };

describe.skipIf(chromiumMissing)('the same call again', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterAll(() => chromium.close());

  const query = `?${new URLSearchParams({ args: JSON.stringify(given) }).toString()}`;
  const copied = async (page: Page, form: string): Promise<string> => {
    await page.getByRole('button', { name: form, exact: true }).click();
    const text = await page.locator('.copy-text pre').textContent();
    await page.getByRole('button', { name: /^Copy the / }).click();
    await page.getByText(/^Copied the /).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
    return text!;
  };
  const open = (options: Record<string, unknown> = {}) =>
    openTool(chromium, appRouter, 'note', {
      query,
      permissions: ['clipboard-read', 'clipboard-write'],
      options,
    });

  test('a link fills the form, runs nothing, and a click on Run sends what it says', async () => {
    received.length = 0;
    await using opened = await open();
    const { page, trouble } = opened;
    expect(await page.getByLabel(/^text/).inputValue()).toBe(nasty);
    const link = await copied(page, 'Link');
    expect(received).toEqual([]);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Answered/ })
      .waitFor();
    expect(received).toStrictEqual([parsed]);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('answered').waitFor();
    await page.getByRole('button', { name: 'Open note again' }).click();
    expect(await page.getByLabel(/^text/).inputValue()).toBe(nasty);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Clear the history' }).click();
    await page.getByText('There are none yet.').waitFor();
    expect(trouble).toEqual({ violations: [], errors: [] });
  });

  test('a link leaves out a long value, and says so', async () => {
    await using opened = await openTool(chromium, appRouter, 'note', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = opened;
    await page.getByLabel(/^text/).fill('x'.repeat(50_000));
    await page.getByLabel(/^more/).fill('1');
    const link = await copied(page, 'Link');
    expect(new URLSearchParams(new URL(link).hash.split('?')[1]).get('args')).toBe('{"more":1}');
    await page.getByText('The link leaves out text').waitFor();
  });

  test('a link whose arguments are no JSON opens the tool and says so', async () => {
    await using opened = await openTool(chromium, appRouter, 'note', { query: '?args=%7Bx' });
    await opened.page.getByText('The arguments of this link cannot be read').waitFor();
  });

  test('bash runs the curl command, and the endpoint answers it', async () => {
    received.length = 0;
    await using opened = await open();
    const command = await copied(opened.page, 'curl');
    const { stdout } = await run('bash', ['-c', command]);
    expect(received).toStrictEqual([parsed]);
    expect(stdout).toContain('"noted"');
  });

  test('the built command runs trpc-mcp call', async () => {
    received.length = 0;
    await using opened = await open();
    const command = await copied(opened.page, 'trpc-mcp call');
    const bin = fileURLToPath(new URL('../../cli/dist/bin.js', import.meta.url));
    await run('bash', [
      '-c',
      `trpc-mcp() { ${JSON.stringify(process.execPath)} ${JSON.stringify(bin)} "$@"; }\n${command} --json`,
    ]);
    expect(received).toStrictEqual([parsed]);
  });

  test('the test compiles, and passes', async () => {
    await using opened = await open();
    const code = await copied(opened.page, 'Test');
    // Inside of the package, where its dependencies are found.
    const folder = await mkdtemp(join(here, 'made-'));
    try {
      await writeFile(join(folder, 'router.ts'), source);
      await writeFile(join(folder, 'made.test.ts'), code);
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({
          extends: '../../tsconfig.json', // As an app sees the package: as it was built.
          compilerOptions: { noEmit: true, customConditions: [] },
          include: ['.'],
        }),
      );
      const modules = join(repository, 'node_modules');
      await run(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', folder]);
      const config = join(folder, 'vitest.config.ts');
      await writeFile(
        config,
        `export default { root: ${JSON.stringify(folder)}, test: { testTimeout: 120_000 } };`,
      );
      const { stdout } = await run(
        process.execPath,
        [join(modules, 'vitest/vitest.mjs'), 'run', '--config', config],
        { cwd: folder },
      );
      expect(stdout).toMatch(/1 passed/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
