import { expect, test, vi } from 'vitest';
import { checkTools } from '../../src/clients/clients.ts';
import { listGenerated, listKinds } from './kinds.ts';

vi.setConfig({ testTimeout: 120_000 });

test('no client loses a tool of any kind of schema', () => {
  const lists = [...listKinds(), ...listGenerated(20)];
  expect(Math.max(...lists.map(({ tools }) => tools.length))).toBeLessThanOrEqual(40);
  const lost = lists.flatMap(({ of, tools }) =>
    checkTools(tools, undefined, { serverName: 'app' })
      .filter(({ severity }) => severity === 'error')
      .map(({ client, tool, rule, detail }) => ({
        of,
        client,
        rule,
        detail,
        schema: JSON.stringify(tools.find(({ name }) => name === tool)),
      })),
  );
  expect(lost).toEqual([]);
});
