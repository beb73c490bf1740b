import type { AnyTRPCRouter } from '@trpc/server';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { createApp } from '../app.ts';
import { writeGeneratedApp } from './generated-app.ts';
import { read } from './read.ts';
import { validateResults } from './validate.ts';

/** `test:large` reads all 500 procedures, and `test` as many as have each kind of output. */
const count = process.env['LARGE'] === 'true' ? 500 : 100;

afterEach(() => vi.unstubAllEnvs());

test(`of ${count} generated procedures, 98 of 100 are typed, and every result follows its schema`, async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const folder = createApp({});
  writeGeneratedApp(folder, count);
  const file = join(folder, 'src/router.ts');
  const { file: outputs, procedures } = read(file);
  expect(procedures.length).toBe(count);
  const open = procedures.filter(({ known }) => known === 'open').map(({ path }) => path);
  expect(open).toEqual(Array.from({ length: count / 100 }, (_, index) => `area${index * 4 + 3}.p24`));
  const { appRouter } = (await import(pathToFileURL(file).href)) as { appRouter: AnyTRPCRouter };
  const { valid, unlisted, problems } = await validateResults(appRouter, outputs, { user: 'ada' });
  expect(problems).toEqual([]);
  // Nothing is listed of what is any, returns nothing, or is recursive: an area has one or two of each of the last three.
  const nothing = procedures.filter(({ known }) => known === 'nothing').length;
  const recursive = Object.values(outputs.procedures).filter(({ schema }) =>
    /JsonValue|Folder/.test(JSON.stringify(schema)),
  ).length;
  expect([valid, unlisted.length]).toEqual([
    count - open.length - nothing - recursive,
    open.length + nothing + recursive,
  ]);
});
