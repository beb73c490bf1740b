import { describe, expect, it } from 'vitest';
import type { ExpectedFailure } from './expected-failures.ts';
import type { Run } from './run.ts';
import type { Check, Scenario } from './scenario.ts';
import { judge, judgeAuthorization, judgeCoverage } from './verdict.ts';

const run: Run = {
  revision: '2025-11-25',
  legacy: 'stateless',
  suite: '@modelcontextprotocol/conformance',
  select: [],
  list: [],
};

const expected = (outcome: ExpectedFailure['outcome'], where: Partial<Run> = {}): ExpectedFailure[] => [
  { where, outcome, scenarios: ['tools-call'], reason: 'Because.' },
];

const scenario = (...statuses: Check['status'][]): Scenario => ({
  name: 'tools-call',
  required: true,
  checks: statuses.map((status) => ({ id: 'the-check', status, errorMessage: 'the message' })),
});

describe('the verdict on a run of the suite', () => {
  it('has nothing against scenarios that pass', () => {
    expect(judge(run, [scenario('SUCCESS', 'SUCCESS')], [])).toEqual([]);
  });

  it('names a scenario that fails, and what the suite says', () => {
    expect(judge(run, [scenario('SUCCESS', 'FAILURE')], [])).toEqual([
      'tools-call: failed\n    FAILURE the-check: the message',
    ]);
  });

  it('takes a warning for a failure', () => {
    expect(judge(run, [scenario('SUCCESS', 'WARNING')], [])).toEqual([
      'tools-call: warned\n    WARNING the-check: the message',
    ]);
  });

  it('takes a scenario that left no checks for a failure', () => {
    expect(judge(run, [scenario()], [])).toEqual(['tools-call: failed\n    it did not run to its end']);
  });

  it('takes a scenario that was skipped for a failure, required or not', () => {
    expect(judge(run, [scenario('SKIPPED')], [])).toEqual([
      'tools-call: skipped\n    SKIPPED the-check: the message',
    ]);
    expect(judge(run, [{ ...scenario('INFO'), required: false }], [])).toEqual([
      'tools-call: skipped\n    INFO the-check: the message',
    ]);
    expect(judge(run, [scenario('SKIPPED')], expected('skipped'))).toEqual([]);
  });

  it('takes a scenario for skipped in which the messages had the right shape, and nothing else was checked', () => {
    const checks: Check[] = [
      { id: 'wire-schema-valid', status: 'SUCCESS' },
      { id: 'the-check', status: 'SKIPPED', details: { message: 'no skills' } },
    ];
    expect(judge(run, [{ name: 'skills', required: false, checks }], [])).toEqual([
      'skills: skipped\n    SKIPPED the-check: no skills',
    ]);
  });

  it('takes a check that was left out for a failure, and a note of what was sent not', () => {
    expect(judge(run, [scenario('SUCCESS', 'SKIPPED')], [])).toEqual([
      'tools-call: partial\n    SKIPPED the-check: the message',
    ]);
    expect(judge(run, [scenario('SUCCESS', 'INFO')], [])).toHaveLength(1);
    expect(judge(run, [scenario('SUCCESS', 'INFO')], expected('partial'))).toEqual([]);
    const { checks } = scenario('SUCCESS');
    const notes: Check[] = [
      { id: 'outgoing-request', status: 'INFO' },
      { id: 'stream-closed', status: 'INFO' },
    ];
    expect(judge(run, [{ ...scenario(), checks: [...checks, ...notes] }], [])).toEqual([]);
  });

  it('has nothing against a failure that is expected', () => {
    expect(judge(run, [scenario('FAILURE')], expected('failed', { legacy: 'stateless' }))).toEqual([]);
  });

  it('does not expect in one run what is expected in another', () => {
    expect(judge(run, [scenario('FAILURE')], expected('failed', { legacy: 'sessions' }))).toHaveLength(1);
  });

  it('wants a scenario that passes after all off the list', () => {
    expect(judge(run, [scenario('SUCCESS')], expected('failed'))).toEqual([
      'tools-call: passed, where expected-failures.ts says failed',
    ]);
  });

  it('tells a failure from the warning that is expected', () => {
    expect(judge(run, [scenario('FAILURE')], expected('warned'))).toEqual([
      'tools-call: failed, where expected-failures.ts says warned\n    FAILURE the-check: the message',
    ]);
  });

  it('wants a scenario that the suite no longer has off the list', () => {
    const other = { ...scenario('SUCCESS'), name: 'ping' };
    expect(judge(run, [other], expected('failed'))).toEqual([
      'tools-call is in expected-failures.ts, but the suite has no such scenario',
    ]);
  });

  it('does not pass a suite that ran nothing', () => {
    expect(judge(run, [], [])).toEqual(['the suite has run nothing']);
  });
});

it('the verdict on all runs names the scenarios that none of them runs', () => {
  expect(judgeCoverage(['ping', 'tools-call', 'skills'], new Set(['tools-call', 'ping']))).toEqual([
    'skills is in the suite, but no run runs it',
  ]);
});

describe('the verdict on a run against an authorization server', () => {
  it('has nothing against scenarios that pass', () => {
    expect(judgeAuthorization([scenario('SUCCESS'), scenario('SUCCESS', 'SUCCESS')])).toEqual([]);
  });

  it('takes a warning, a skipped scenario and a missing one for failures', () => {
    expect(judgeAuthorization([scenario('SUCCESS', 'WARNING'), scenario('SKIPPED'), scenario()])).toEqual([
      'tools-call: warned\n    WARNING the-check: the message',
      'tools-call: skipped\n    SKIPPED the-check: the message',
      'tools-call: failed\n    it did not run to its end',
    ]);
    expect(judgeAuthorization([])).toEqual(['the suite has run nothing']);
  });
});
