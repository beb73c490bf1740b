import { expect, it } from 'vitest';
import type { ExpectedFailure } from './expected-failures.ts';
import { printAuthorization, printReport } from './report.ts';
import type { Run } from './run.ts';
import type { Check, Scenario } from './scenario.ts';
import { tally } from './tally.ts';

const run: Run = {
  revision: '2025-11-25',
  legacy: 'stateless',
  suite: '@modelcontextprotocol/conformance',
  select: [],
  list: [],
};

const scenario = (name: string, required: boolean, ...statuses: Check['status'][]): Scenario => ({
  name,
  required,
  checks: statuses.map((status) => ({ id: name, status })),
});

it('the report counts what passed, and says why the rest did not', () => {
  const scenarios = [
    scenario('ping', true, 'SUCCESS', 'SUCCESS', 'INFO'),
    scenario('warned-of', true, 'SUCCESS', 'WARNING'),
    scenario('asking', true, 'SUCCESS', 'FAILURE'),
    scenario('broken', true),
    scenario('extension', false, 'FAILURE'),
    scenario('nothing-to-see', false, 'SKIPPED'),
    scenario('more', false, 'SUCCESS'),
    scenario('less', false, 'SUCCESS'),
  ];
  const expected: ExpectedFailure[] = [
    {
      where: { legacy: 'stateless' },
      outcome: 'failed',
      scenarios: ['asking', 'broken'],
      reason: 'So it is.',
    },
    { where: { revision: '2026-07-28' }, outcome: 'failed', scenarios: ['tasks'], reason: 'Not run here.' },
  ];
  expect(printReport([{ run, version: '1.2.3', tally: tally(scenarios) }], expected)).toBe(
    [
      '| revision | suite | required scenarios | checks in them | passed, though not required |',
      '| --- | --- | --- | --- | --- |',
      '| 2025-11-25, stateless | 1.2.3 | 2 of 4 | 4 of 5 | `less`, `more` |',
      '',
      '| what fails, or is warned of | why |',
      '| --- | --- |',
      '| `asking`, `broken` | So it is. |',
    ].join('\n'),
  );
});

it('the report counts the scenarios for authorization servers', () => {
  const scenarios = [scenario('metadata', true, 'SUCCESS', 'SUCCESS'), scenario('code', true, 'FAILURE')];
  expect(printAuthorization([{ title: 'it registers', version: '1.2.3', tally: tally(scenarios) }])).toBe(
    [
      '| `@trpc-mcp/oauth` | suite | scenarios | checks in them |',
      '| --- | --- | --- | --- |',
      '| it registers | 1.2.3 | 1 of 2 | 2 of 3 |',
    ].join('\n'),
  );
});
