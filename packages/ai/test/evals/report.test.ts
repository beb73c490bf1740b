import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import {
  compareReports,
  type EvalCaseReport,
  type EvalReport,
  type EvalRun,
  isGood,
  readReport,
  writeJUnit,
  writeMarkdown,
} from '../../src/evals/evals.ts';
import { toTotals } from '../../src/evals/report.ts';

function toRun(status: EvalRun['status'], tokens = 100, failures: string[] = []): EvalRun {
  return {
    status,
    failures,
    calls: [],
    modelCalls: 2,
    responses: 3,
    tokens: { input: tokens, output: 10 },
    answer: '',
    questions: [],
    ms: 250,
  };
}

function toCase(name: string, status: EvalCaseReport['status'], runs: EvalRun[] = []): EvalCaseReport {
  return { name, as: 'ada', say: [`Do ${name}`], status, stale: [], notes: [], needed: 1, runs };
}

function toReport(...cases: EvalCaseReport[]): EvalReport {
  return { version: 1, mode: 'live', model: 'a/b', cases, totals: toTotals(cases), notes: [] };
}

test('two runs are compared by case, and their sums only by the cases of both', () => {
  const before = toReport(
    toCase('same', 'passed', [toRun('passed', 200)]),
    toCase('mended', 'failed', [toRun('failed')]),
    toCase('broken', 'passed', [toRun('passed'), toRun('passed')]),
    toCase('rarer', 'passed', [toRun('passed'), toRun('passed')]),
    toCase('left out now', 'passed', [toRun('passed')]),
    toCase('removed', 'passed', [toRun('passed')]),
  );
  const after = toReport(
    toCase('same', 'passed', [toRun('passed', 100)]),
    toCase('mended', 'passed', [toRun('passed')]),
    toCase('broken', 'failed', [toRun('failed'), toRun('passed')]),
    toCase('rarer', 'passed', [toRun('failed'), toRun('passed')]),
    toCase('left out now', 'skipped'),
    toCase('added', 'passed', [toRun('passed')]),
  );
  const { cases, totals } = compareReports(before, after);
  expect(cases.map(({ name, change }) => [name, change])).toEqual([
    ['same', 'same'],
    ['mended', 'better'],
    ['broken', 'worse'],
    ['rarer', 'worse'],
    ['added', 'new'],
    ['removed', 'gone'],
  ]);
  expect(totals.before).toMatchObject({ passed: 5, runs: 6, tokens: { input: 700 } });
  expect(totals.after).toMatchObject({ passed: 4, runs: 6, tokens: { input: 600 } });
});

test('runs with other numbers of repetitions are compared by one repetition', () => {
  const before = toReport(
    toCase('a', 'passed', [toRun('passed', 100), toRun('passed', 200)]),
    toCase('stale then', 'stale'),
  );
  const after = toReport(
    toCase('a', 'passed', [toRun('passed', 150)]),
    toCase('stale then', 'passed', [toRun('passed', 900)]),
  );
  const comparison = compareReports(before, after);
  expect(comparison.isPerRepetition).toBe(true);
  expect(comparison.totals.before).toEqual({
    passed: 1,
    runs: 1,
    modelCalls: 2,
    tokens: { input: 150, output: 10 },
  });
  expect(comparison.totals.after).toEqual(comparison.totals.before);
  expect(comparison.cases[0]).toMatchObject({
    change: 'same',
    before: { passed: 2, runs: 2, modelCalls: 2, tokens: { input: 150, output: 10 } },
    after: { passed: 1, runs: 1, modelCalls: 2, tokens: { input: 150, output: 10 } },
  });
  expect(writeMarkdown(after, comparison)).toContain('Calls and tokens are those of one repetition');
  expect(compareReports(before, before).isPerRepetition).toBe(false);
});

test('a report comes back from its JSON, and what is none is refused in words', () => {
  const report = toReport(toCase('a', 'passed', [toRun('passed')]));
  expect(readReport(JSON.stringify(report))).toEqual(report);
  for (const [text, words] of [
    ['{', /is not JSON/],
    ['null', /is no report/],
    ['{"version":1}', /is no report/],
    ['{"version":1,"cases":[{"name":"a","status":"passed","runs":[{}]}]}', /is no report/],
    [
      '{"version":1,"cases":[{"name":"a","status":"passed","runs":[{"tokens":{"input":1,"output":1}}]}]}',
      /is no report/,
    ],
    ['{"version":1,"model":{"a":1},"cases":[]}', /is no report/],
    ['{"version":1,"cases":[{"name":"a","status":"constructor","runs":[]}]}', /is no report/],
    ['{"version":2,"cases":[]}', /newer version/],
  ] as const)
    expect(() => readReport(text, 'before.json')).toThrow(words);
});

test('a run is good only if nothing failed, is stale, could not be asked or was cut short', () => {
  expect(isGood(toReport(toCase('a', 'passed'), toCase('b', 'skipped')))).toBe(true);
  for (const status of ['failed', 'stale', 'error', 'cancelled'] as const)
    expect(isGood(toReport(toCase('a', 'passed'), toCase('b', status)))).toBe(false);
});

const nasty = 'A <b> & "c" ]]>\n\u0000\uD800 | `x` @team';

test('JUnit XML is well-formed whatever names and failures hold', () => {
  const report = toReport(
    toCase(nasty, 'failed', [toRun('failed', 1, [nasty])]),
    { ...toCase('old', 'stale'), stale: [{ kind: 'tool', tool: 'x', message: 'The tool x is gone.' }] },
    toCase('asked', 'error', [toRun('error', 0, ['no key'])]),
    { ...toCase('later', 'skipped'), reason: 'not yet' },
    toCase('ended', 'cancelled'),
    toCase('good', 'passed', [toRun('passed')]),
  );
  const xml = writeJUnit(report, 'evals.ts');
  expect(XMLValidator.validate(xml)).toBe(true);
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xml) as {
    testsuites: {
      tests: string;
      failures: string;
      errors: string;
      skipped: string;
      testsuite: { testcase: Record<string, unknown>[] };
    };
  };
  expect(testsuites).toMatchObject({ tests: '6', failures: '2', errors: '1', skipped: '2' });
  const { testcase } = testsuites.testsuite;
  expect(testcase.map((each) => each['classname'])).toEqual(Array.from({ length: 6 }, () => 'evals.ts'));
  expect(testcase[1]).toMatchObject({
    name: 'old',
    failure: { type: 'stale', message: 'The tool x is gone.' },
  });
  expect(testcase[3]).toMatchObject({ skipped: { message: 'not yet' } });
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
  expect(xml).not.toMatch(/[\u0000\uD800]/);
});

test('Markdown keeps its table and mentions nobody, whatever names and failures hold', () => {
  const before = toReport(toCase(nasty, 'passed', [toRun('passed', 500)]));
  const report = toReport(
    toCase(nasty, 'failed', [toRun('failed', 1, [nasty])]),
    toCase('good', 'passed', [toRun('passed')]),
  );
  const text = writeMarkdown({ ...report, notes: ['A note.'] }, compareReports(before, report));
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  for (const row of rows)
    expect(row.replaceAll('\\|', '').split('|').length, row).toBe(rows.indexOf(row) < 4 ? 9 : 7);
  expect(text).toMatch(/^### Evals: 1 of 2 passed\n/);
  expect(text).toContain('🔴 worse');
  expect(text).toContain('1 of 1 → 0 of 1');
  expect(text).toContain('510 → 11');
  expect(text).toContain('> A note.');
  expect(text).not.toMatch(/<b>|@team/);
});

test('Markdown keeps to its lines, also for returns and for models with odd names', () => {
  const name = 'a\r# b\r\n| c |\u2028\u0007$x$';
  const report = {
    ...toReport(toCase(name, 'failed', [toRun('failed', 1, [name])])),
    model: 'm`\n\n# <img src=x>\r@you',
  };
  const text = writeMarkdown(report, compareReports({ ...report, model: 'b\n# c' }, report));
  for (const odd of ['\r', '\u2028', '\u0007']) expect(text).not.toContain(odd);
  expect(text.match(/^#.*$/gm)).toEqual(['### Evals: 0 of 1 passed', '#### Compared with before']);
  expect(text).toContain('`m # <img src=x> @you`');
  expect(text).toContain('\\$x\\$');
});
