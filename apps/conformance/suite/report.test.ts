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
    scenario('polling', false, 'SUCCESS', 'WARNING'),
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
    { where: { revision: '2025-11-25' }, outcome: 'skipped', scenarios: ['nothing-to-see'], reason: 'None.' },
    { where: { revision: '2026-07-28' }, outcome: 'failed', scenarios: ['tasks'], reason: 'Not run here.' },
  ];
  const finished = [
    { run, version: '1.2.3', tally: tally(scenarios) },
    {
      run: { ...run, legacy: 'sessions' as const },
      version: '1.2.3',
      tally: tally([scenario('ping', true, 'SUCCESS')]),
    },
  ];
  expect(printReport(finished, expected)).toBe(
    [
      '| revision | suite | required scenarios | checks in them | other scenarios | checks in them |',
      '| --- | --- | --- | --- | --- | --- |',
      '| 2025-11-25, stateless | 1.2.3 | 2 of 4 | 4 of 5 | 2 of 5 | 3 of 4 |',
      '| 2025-11-25, sessions | 1.2.3 | 1 of 1 | 1 of 1 | – | – |',
      '',
      '| revision | suite | passed, though not required |',
      '| --- | --- | --- |',
      '| 2025-11-25, stateless | 1.2.3 | `less`, `more` |',
      '',
      '| what does not pass whole | revision | result | why |',
      '| --- | --- | --- | --- |',
      '| `asking`, `broken` | 2025-11-25, stateless | failed | So it is. |',
      '| `nothing-to-see` | 2025-11-25, stateless; 2025-11-25, sessions | skipped | None. |',
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
