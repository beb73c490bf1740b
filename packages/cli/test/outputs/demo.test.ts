import type { OutputSchemas } from '@trpc-mcp/core';
import { describeCatalog } from '@trpc-mcp/core/catalog';
import type { AnyTRPCRouter } from '@trpc/server';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { toNormalForm } from '../../../core/src/testing/contract/normal-form.ts';
import { read } from './read.ts';
import { stripDemo } from './stripped-demo.ts';

const original = fileURLToPath(new URL('../../../../apps/demo/src/router.ts', import.meta.url));

/** What differs beside what no type says, and why: the resolvers return more than `.output()` lets pass. */
const reasons: Record<string, string> = {
  'posts.get': 'the parser drops authorId',
  'posts.list': 'the parser drops authorId and body',
  'posts.publish': 'the parser drops authorId',
  'posts.rename': 'the parser drops authorId',
  'users.me': 'the parser makes one object of two, and drops deactivated',
};

test('what the types of the demo say is what its .output() says, apart from what a parser changes', async () => {
  const file = join(stripDemo(), 'src/router.ts');
  const { file: outputs, procedures } = read(file);
  const [withOutput, without] = await Promise.all([listed(original, {}), listed(file, outputs)]);
  // What agents sent, which may be anything. The log of it is for people, and not tagged for MCP.
  expect(procedures.flatMap(({ path, open }) => open.map(({ place }) => `${path}: ${place}`))).toEqual([
    'activity.list: items[].arguments',
    'activity.watch: arguments',
  ]);
  expect(Object.keys(without)).toEqual(Object.keys(withOutput));
  const differing = Object.keys(withOutput).filter(
    (path) => !isDeepStrictEqual(withOutput[path], without[path]),
  );
  expect(differing).toEqual(Object.keys(reasons));
  for (const path of differing.filter((each) => each !== 'users.me'))
    expect({ [path]: without[path] }).toMatchObject({ [path]: withoutRequired(withOutput[path]) });
});

async function listed(file: string, outputs: object): Promise<Record<string, unknown>> {
  const { appRouter } = (await import(pathToFileURL(file).href)) as { appRouter: AnyTRPCRouter };
  const options = 'procedures' in outputs ? { outputs: outputs as OutputSchemas } : {};
  const { tools } = await describeCatalog(appRouter, { ...options, structured: 'always' });
  return Object.fromEntries(
    tools.map(({ path, listed: { outputSchema } }) => [
      path,
      outputSchema && sorted(toNormalForm(outputSchema)),
    ]),
  );
}

/**
 * Leaves out what no type says: that a number is an integer, and what `.describe()` tells. The order of keywords, and of what
 * is required, means nothing.
 */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value === 'integer' ? 'number' : value;
  const entries = Object.entries(value)
    .filter(([key, each]) => key !== 'additionalProperties' || each !== false)
    .filter(([key, each]) => key !== 'description' || typeof each !== 'string')
    .map(([key, each]): [string, unknown] => [
      key,
      (key === 'required' || key === 'enum') && Array.isArray(each)
        ? (each as string[]).toSorted((one, other) => (one < other ? -1 : 1))
        : sorted(each),
    ]);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function withoutRequired(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRequired);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'required');
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutRequired(each)]));
}
