import type { AnyTRPCRouter } from '@trpc/server';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { createApp } from '../app.ts';
import { writeGeneratedApp } from './generated-app.ts';
import { read } from './read.ts';
import { validateResults } from './validate.ts';

/** Expects that all but one of a hundred generated procedures are typed, and that every result follows its schema. */
export async function expectGenerated(count: number): Promise<void> {
  const folder = createApp({});
  writeGeneratedApp(folder, count);
  const file = join(folder, 'src/router.ts');
  const { file: outputs, procedures } = read(file);
  expect(procedures.length).toBe(count);
  const open = procedures.filter(({ known }) => known === 'open').map(({ path }) => path);
  expect(open.toSorted()).toEqual(
    Array.from({ length: count / 100 }, (_, index) => `area${index * 4 + 3}.p24`).toSorted(),
  );
  const { appRouter } = (await import(pathToFileURL(file).href)) as { appRouter: AnyTRPCRouter };
  const { valid, unlisted, problems } = await validateResults(appRouter, outputs, { user: 'ada' });
  expect(problems).toEqual([]);
  // Nothing is listed of what is any, returns nothing, or is recursive.
  const nothing = procedures.filter(({ known }) => known === 'nothing').length;
  const recursive = Object.values(outputs.procedures).filter(({ schema }) =>
    /JsonValue|Folder/.test(JSON.stringify(schema)),
  ).length;
  const left = open.length + nothing + recursive;
  expect([valid, unlisted.length]).toEqual([count - left, left]);
}
