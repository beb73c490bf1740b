import { readFile } from 'node:fs/promises';
import { type AnyEvals } from './definition.ts';
import type { EvalCase } from './case.ts';
import { EvalsError } from './evals-error.ts';
import { checkRecord, type EvalRecord, readRecord } from './record.ts';
import { explainCase } from './report.ts';
import { runEvals } from './run-evals.ts';

/** How the cases of evals become tests. */
export interface TestEvalsOptions {
  /** `test` of vitest, jest, bun or `node:test`. */
  test: EvalTest;
  /** The file of the record: `new URL('./evals.record.json', import.meta.url)`, or its path. Or the record itself. */
  record: URL | string | EvalRecord;
  /** `afterAll` of the test runner. With it, `close` of the evals runs after the last test. */
  afterAll?: (work: () => Promise<void>) => unknown;
  /** Whether every change of the list of tools makes a record stale. */
  isStrict?: boolean;
}

/** The part of a test runner's `test` that is used. */
export interface EvalTest {
  (name: string, work: () => Promise<void>, timeoutMs?: number): unknown;
  /** Leaves a test out. */
  skip: (name: string, work: () => Promise<void>) => unknown;
}

/**
 * Makes a test of each case, which replays its record: no model is asked, and the real tools run. A test fails with the words of
 * the report: what was expected and what happened, or why the record is stale.
 *
 * ```ts
 * testEvals(evals, { test, afterAll, record: new URL('./evals.record.json', import.meta.url) });
 * ```
 */
export function testEvals(
  evals: AnyEvals,
  { test, record, afterAll, isStrict = false }: TestEvalsOptions,
): void {
  const { close, ...open } = evals;
  // Read once, by the first test: what cannot be read is a test that fails, and no file that cannot be collected.
  let opened: Promise<EvalRecord> | undefined;
  const open1 = (): Promise<EvalRecord> => (opened ??= openRecord(record));
  const cases = evals.cases as readonly EvalCase[];
  const only = cases.filter((one) => one.only);
  for (const one of cases) {
    const run = async (): Promise<void> => {
      const read = await open1();
      const { report } = await runEvals({ ...open, cases: [{ ...one, only: false }] } as AnyEvals, {
        mode: 'replay',
        record: read,
        isStrict,
      });
      const [found] = report.cases;
      if (found?.status === 'passed') return;
      const why = [...explainCase(found!), ...found!.notes];
      if (found!.status === 'stale') why.push('Record the case again: trpc-mcp eval --record');
      throw new Error(why.join('\n'));
    };
    const isLeftOut = one.skip !== undefined && one.skip !== false;
    if (isLeftOut || (only.length > 0 && !one.only)) test.skip(one.name, run);
    else test(one.name, run, timeoutOf(evals, one));
  }
  if (close !== undefined) afterAll?.(async () => void (await close()));
}

/** Longer than the case itself takes at most, so that the case says what took so long. `setup` has a minute of its own. */
function timeoutOf(evals: AnyEvals, one: EvalCase): number {
  const each = one.timeoutMs ?? evals.timeoutMs ?? 60_000;
  return each * (one.repeat ?? evals.repeat ?? 1) + 60_000;
}

async function openRecord(record: URL | string | EvalRecord): Promise<EvalRecord> {
  if (typeof record !== 'string' && !(record instanceof URL)) return checkRecord(record);
  const name = String(record);
  let text: string;
  try {
    text = await readFile(record, 'utf8');
  } catch (cause) {
    throw new EvalsError(
      'RECORD_INVALID',
      `${name} cannot be read`,
      'Make it with trpc-mcp eval --record, or correct the path.',
      cause,
    );
  }
  return readRecord(text, name);
}
