import assert from 'node:assert/strict';
import { isRecord } from '../../../packages/core/src/record.ts';
import { type Agent, type ModelCall, textOf } from './agent.ts';
import type { CallAll, Task } from './tasks.ts';

/** With all tools in the list, the model calls them. */
export function withList(agent: Agent): CallAll {
  return async (...wanted) => {
    const results = await agent.call(
      ...wanted.map(({ path, args }): ModelCall => ({ name: toName(path), arguments: args })),
    );
    return results.map((result) => toRecord(result.structuredContent));
  };
}

const reading = new Set(['customers.search', 'invoices.list', 'reports.signUps']);

/** With a search, the model finds the tools, reads how they are called, and calls them through those that run others. */
export async function withSearch(
  agent: Agent,
  queries: readonly string[],
  paths: readonly string[],
): Promise<CallAll> {
  const found = await agent.call(
    ...queries.map((query): ModelCall => ({ name: 'search_tools', arguments: { query, limit: 3 } })),
  );
  // Otherwise, the model could not know of them.
  for (const path of paths) assert.match(toTexts(found), new RegExp(`^${toName(path)} `, 'm'));
  await agent.call({ name: 'describe_tools', arguments: { names: paths.map(toName) } });
  return async (...wanted) => {
    const calls = wanted.map(({ path, args }) => ({ name: toName(path), arguments: args }));
    if (wanted.every(({ path }) => reading.has(path))) {
      const [result] = await agent.call({ name: 'run_query', arguments: { calls } });
      const { structuredContent } = result!;
      // A single call is answered as by itself.
      if (calls.length === 1) return [toRecord(structuredContent)];
      const { results } = toRecord(structuredContent) as { results: { result: unknown }[] };
      return results.map(({ result: each }) => toRecord(each));
    }
    const results = await agent.call(
      ...calls.map((call): ModelCall => ({ name: 'run_mutation', arguments: call })),
    );
    return results.map(({ structuredContent }) => toRecord(structuredContent));
  };
}

/** In code mode, the model finds what there is and writes one program. Returns what that gave. */
export async function withCode(
  agent: Agent,
  { queries, limit, paths, code }: Pick<Task, 'queries' | 'limit' | 'paths' | 'code'>,
): Promise<unknown> {
  const found = await agent.call(
    ...queries.map((query): ModelCall => ({ name: 'search_api', arguments: { query, limit } })),
  );
  for (const path of paths) assert.match(toTexts(found), new RegExp(`\\b${path.split('.').at(-1)}: `));
  const [result] = await agent.call({ name: 'run_code', arguments: { code } });
  return JSON.parse(textOf(result!)) as unknown;
}

function toTexts(results: Parameters<typeof textOf>[0][]): string {
  return results.map((result) => textOf(result)).join('\n');
}

function toName(path: string): string {
  return path.replaceAll('.', '_');
}

/** Lists are results of their own, and have no keys. */
function toRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : { rows: value };
}
