import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvals, type EvalRecord, readRecord, runEvals, writeRecord } from '../../src/evals/evals.ts';
import { createModel, createPosts, people, type Said, type Shape } from './app.ts';
import { digestText } from '../../src/evals/digest.ts';

const script: Said[] = [
  [{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }],
  'Done.',
  [{ tool: 'posts_list' }],
  'Two.',
];

/** Two cases, of which each uses one tool. */
// The return type is that of the evals.
function createEvals(shape: Shape = {}, says: Said[] = [], system?: string) {
  const { appRouter, reset } = createPosts(shape);
  return defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel(...says),
    ...(system !== undefined && { system }),
    cases: [
      { name: 'renames', say: 'Rename', as: 'ada', expect: { answer: 'done' } },
      { name: 'lists', say: 'List', as: 'ada', expect: { calls: [{ tool: 'posts_list' }] } },
    ],
  });
}

async function record(system?: string): Promise<EvalRecord> {
  const ran = await runEvals(createEvals({}, script, system), { mode: 'live' });
  expect(ran.report.totals.passed).toBe(2);
  // As it comes out of a file.
  return readRecord(writeRecord(ran.record));
}

async function replay(evals: ReturnType<typeof createEvals>, recorded: EvalRecord, isStrict = false) {
  const { report } = await runEvals(evals, { mode: 'replay', record: recorded, isStrict });
  return {
    report,
    statuses: report.cases.map(({ status }) => status),
    why: report.cases.flatMap(({ stale }) => stale.map(({ message }) => message)),
  };
}

test('a renamed tool makes the cases stale that used it, and the new name is told', async () => {
  const { statuses, why } = await replay(createEvals({ rename: 'posts_retitle' }), await record());
  expect(statuses).toEqual(['stale', 'passed']);
  expect(why).toEqual([
    'The tool posts_rename is gone, or this person may no longer see it. posts_retitle is new and takes the same arguments: was it renamed?',
  ]);
});

test('another description makes the cases stale that used the tool', async () => {
  const { statuses, why } = await replay(
    createEvals({ description: 'Gives a post a title.' }),
    await record(),
  );
  expect(statuses).toEqual(['stale', 'passed']);
  expect(why).toEqual(['The description of posts_rename has changed.']);
});

test.each([
  [z.string().max(10), 'The arguments of posts_rename have changed: the schema of one of them is another.'],
  [z.string().optional() as never, 'The arguments of posts_rename have changed: title may be left out now.'],
])('another schema makes the cases stale that used the tool', async (title, message) => {
  const { statuses, why } = await replay(createEvals({ title }), await record());
  expect(statuses).toEqual(['stale', 'passed']);
  expect(why).toEqual([message]);
});

test('a new tool makes nothing stale, and is told; with isStrict everything is stale', async () => {
  const recorded = await record();
  const { statuses, report } = await replay(createEvals({ extra: true }), recorded);
  expect(statuses).toEqual(['passed', 'passed']);
  expect(report.notes).toEqual([
    'Tools that are new since the record: posts_archive. The model has not seen them, and could choose them now: record again to find out.',
  ]);
  const strict = await replay(createEvals({ extra: true }), recorded, true);
  expect(strict.statuses).toEqual(['stale', 'stale']);
  expect(strict.why[0]).toBe('The list of tools has changed: posts_archive is new.');
});

test('other instructions make everything stale, but not another date in them', async () => {
  const recorded = await record('Today is 2026-11-28.');
  expect((await replay(createEvals({}, [], 'Today is 2026-11-29.'), recorded)).statuses).toEqual([
    'passed',
    'passed',
  ]);
  const { statuses, why } = await replay(createEvals({}, [], 'Be brief.'), recorded);
  expect(statuses).toEqual(['stale', 'stale']);
  expect(why[0]).toBe('The instructions of the model have changed.');
});

test.each([
  [(date: Date) => date.toString()],
  [(date: Date) => date.toDateString()],
  [(date: Date) => date.toUTCString()],
  [(date: Date) => date.toLocaleString('en-US')],
  [(date: Date) => date.toLocaleDateString('en-GB')],
  [(date: Date) => date.toLocaleDateString('de-DE')],
  [(date: Date) => date.toLocaleDateString('ja-JP')],
  [(date: Date) => date.toLocaleString('en-US', { dateStyle: 'full', timeStyle: 'long' })],
  [(date: Date) => date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })],
  [(date: Date) => date.toLocaleTimeString('en-US')],
  [(date: Date) => date.toISOString().replace('T', ' ')],
])('the day does not count in whatever form instructions have it: %s', (write) => {
  const [one, other] = [new Date('2026-11-28T09:05:07.123Z'), new Date('2027-05-02T21:45:00.000Z')];
  expect(digestText(`It is ${write(one)}. Be brief.`)).toBe(digestText(`It is ${write(other)}. Be brief.`));
  expect(digestText(`It is ${write(one)}. Be brief.`)).not.toBe(digestText(`It is ${write(one)}. Be long.`));
});

test('numbers and names of months that are no dates count', () => {
  expect(digestText('At most 10 rows in May.')).not.toBe(digestText('At most 20 rows in May.'));
  expect(digestText('Use version 1.2.')).not.toBe(digestText('Use version 1.3.'));
});

test('another sentence, another person and a case that was never recorded are stale', async () => {
  const recorded = await record();
  const evals = createEvals();
  const [one, two] = evals.cases;
  const changed = {
    ...evals,
    cases: [
      { ...one!, say: 'Rename it' },
      { ...two!, as: 'ben' as const },
      { ...two!, name: 'new' },
    ],
  };
  const { statuses, why } = await replay(changed, recorded);
  expect(statuses).toEqual(['stale', 'stale', 'stale']);
  expect(why).toEqual([
    'What is said has changed.',
    'It is said by ben now, and was said by ada.',
    'Nothing is recorded for it.',
  ]);
});

test('a record with fewer responses, more responses or fewer repetitions than are asked for is stale', async () => {
  const recorded = await record();
  const { renames, lists } = recorded.cases;
  const [run] = renames!.runs;
  const short = { ...recorded, cases: { renames: { ...renames!, runs: [run!.slice(0, 1)] }, lists: lists! } };
  expect((await replay(createEvals(), short)).why).toEqual([
    'The record has 1 response of the model, and one more was asked for: the tools may return something else now, so that the conversation goes on.',
  ]);
  const long = {
    ...recorded,
    cases: { renames: { ...renames!, runs: [[...run!, run![1]!]] }, lists: lists! },
  };
  expect((await replay(createEvals(), long)).why).toEqual([
    'The record has 3 responses of the model, and only 2 were asked for: the conversation ended earlier.',
  ]);
  const twice = { ...createEvals(), repeat: 2 };
  expect((await replay(twice, recorded)).why[0]).toBe('It runs 2 times, and 1 repetition is recorded.');
});

test('a case that fails says if the model had read something else when it was recorded', async () => {
  const recorded = await record();
  const evals = createEvals();
  const { appRouter, posts } = createPosts();
  const changed = defineEvals(appRouter, {
    people,
    setup: () => void posts.splice(0, 1),
    cases: [{ ...evals.cases[0]!, expect: { calls: [{ tool: 'posts_rename' }] } }] as never,
  });
  const { report } = await runEvals(changed, { mode: 'replay', record: recorded });
  expect(report.cases[0]!.status).toBe('failed');
  expect(report.cases[0]!.notes).toEqual([
    'The model had read something else before its response 2 when this was recorded: a tool, or what was prepared, gives another result now.',
  ]);
});

test('recording some cases keeps the others, and forgets those that are gone', async () => {
  const recorded = await record();
  const evals = createEvals({ extra: true }, [[{ tool: 'posts_list' }], 'Both.']);
  const { record: next } = await runEvals(evals, {
    mode: 'live',
    record: recorded,
    filter: ({ name }) => name === 'lists',
  });
  expect(next.cases['renames']).toEqual(recorded.cases['renames']);
  expect(next.cases['lists']!.runs[0]![1]).toMatchObject({ text: 'Both.' });
  expect(Object.keys(next.lists)).toHaveLength(2);
  const fewer = await runEvals(
    { ...evals, cases: [evals.cases[1]!], model: createModel([{ tool: 'posts_list' }], 'Two.') },
    { mode: 'live', record: next },
  );
  expect(Object.keys(readRecord(writeRecord(fewer.record)).cases)).toEqual(['lists']);
  expect(Object.keys(readRecord(writeRecord(fewer.record)).lists)).toHaveLength(1);
});

test('the text of a record is the same for the same answers, and has no ids of calls, times and addresses', async () => {
  const [one, two] = [writeRecord(await record()), writeRecord(await record())];
  expect(one).toBe(two);
  expect(one).not.toMatch(/random-|20\d\d-|http/);
});

test.each([
  ['', /is not JSON/, 'RECORD_INVALID'],
  ['<<<<<<< HEAD\n{}', /marks of a merge/, 'RECORD_INVALID'],
  ['[]', /has no "version"/, 'RECORD_INVALID'],
  ['null', /has no "version"/, 'RECORD_INVALID'],
  ['{"version":2,"cases":{},"lists":{}}', /newer version/, 'RECORD_NEWER'],
  ['{"version":1,"cases":{}}', /"version", "cases" or "lists"/, 'RECORD_INVALID'],
  ['{"version":1,"cases":{"a":{"model":1}},"lists":{}}', /"model" of the case "a"/, 'RECORD_INVALID'],
  ['{"version":1,"cases":{"a":null},"lists":{}}', /"case" of the case "a"/, 'RECORD_INVALID'],
  [
    '{"version":1,"cases":{"a":{"model":"m","say":["x"],"list":"l","tools":{},"runs":[[{}]]}},"lists":{}}',
    /"runs"/,
    'RECORD_INVALID',
  ],
  [
    '{"version":1,"cases":{"a":{"model":"m","say":["x"],"list":"l","tools":{"t":{}},"runs":[[]]}},"lists":{}}',
    /"tools"/,
    'RECORD_INVALID',
  ],
  ['{"version":1,"cases":{},"lists":{"a":1}}', /the list "a"/, 'RECORD_INVALID'],
])('a record that is %j is refused in words', (text, words, code) => {
  const read = (): unknown => readRecord(text, 'evals.record.json');
  expect(read).toThrow(words);
  expect(read).toThrow(
    expect.objectContaining({ name: 'EvalsError', code, fix: expect.stringContaining('record') as string }),
  );
});

test('names such as __proto__ are names of cases like every other', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x', 'y'),
    cases: [
      { name: '__proto__', say: 'x', as: 'ada', expect: { answer: 'x' } },
      { name: 'constructor', say: 'x', as: 'ada', expect: { answer: 'y' } },
    ],
  });
  expect(
    (await runEvals(evals, { mode: 'replay', record: { version: 1, cases: {}, lists: {} } })).report.totals
      .stale,
  ).toBe(2);
  const { record: recorded } = await runEvals(evals, { mode: 'live' });
  const again = await runEvals(evals, { mode: 'replay', record: readRecord(writeRecord(recorded)) });
  expect(again.report.totals.passed).toBe(2);
});
