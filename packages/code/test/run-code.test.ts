import { describe, expect, test } from 'vitest';
import { codeMode } from '../src/index.ts';
import { createFakeRun, runCode, succeed, textOf } from './fake-run.ts';

// No test here is about time, and a machine may be busy.
const cpuMs = 10_000;
const mode = codeMode({ cpuMs });

describe('the result', () => {
  test.each([
    ['return 1 + 1', '2'],
    ['1 + 1', '2'],
    ['const a = [1, 2];\na.map((each) => each * 2)', '[2,4]'],
    ['async () => { return "from a function" }', '"from a function"'],
    ['async () => {\n  return await api.echo.query({ a: 1 });\n};', '{"a":1}'],
    ['(async () => 5)()', '5'],
    ['async function main() { return 6 }\nmain()', '6'],
    ['```js\nreturn 3\n```', '3'],
    ['```\nreturn 4\n```\n', '4'],
    ['return await Promise.all([1, 2].map((id) => api.echo.query({ id })))', '[{"id":1},{"id":2}]'],
    ['return api.echo({ called: "directly" })', '{"called":"directly"}'],
    ['return null', 'null'],
    ['return ""', '""'],
  ])('of %j is %s', async (code, result) => {
    expect(await runCode(mode, code, createFakeRun({ echo: {} }))).toBe(result);
  });

  test('is explained where there is none', async () => {
    expect(await runCode(mode, 'const a = 1;')).toBe(
      'Done. The code returned nothing; to see a result, `return` it.',
    );
  });

  test('has values that JSON does not have as the tools write them', async () => {
    const code = `return {
      date: new Date(0), never: new Date(NaN), big: 12n, map: new Map([['a', 1]]), pairs: new Map([[1, 2]]), set: new Set([1]),
      bytes: new Uint8Array([1, 2, 3]), buffer: new Uint8Array([255]).buffer, floats: new Float32Array([1.5]), no: undefined,
      f() {}, list: [undefined, () => {}, NaN, Infinity], pattern: /a/i, error: new TypeError('x'), boxed: new String('s'),
      own: { toJSON: () => ({ is: 'own' }) }, ['__proto__']: 1, symbol: Symbol('s'), view: new DataView(new ArrayBuffer(1)),
    }`;
    expect(JSON.parse(await runCode(mode, code))).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      never: null,
      big: '12',
      map: { a: 1 },
      pairs: [[1, 2]],
      set: [1],
      bytes: 'AQID',
      buffer: '/w==',
      floats: [1.5],
      list: [null, null, 'NaN', 'Infinity'],
      pattern: '/a/i',
      error: { name: 'TypeError', message: 'x' },
      boxed: 's',
      own: { is: 'own' },
      ['__proto__']: 1,
      view: 'AA==',
    });
  });

  test('marks where it contains itself', async () => {
    expect(await runCode(mode, 'const a = { b: {} }; a.b.c = a; return a')).toBe('{"b":{"c":"[circular]"}}');
  });

  test('says what api has', async () => {
    const run = createFakeRun({ 'customers.list': {}, 'customers.rename': { type: 'mutation' } });
    const code =
      'return [api, api.customers, api.customers.list, Object.keys(api.customers), "nothing" in api]';
    expect(JSON.parse(await runCode(mode, code, run))).toEqual([
      ['customers'],
      'api.customers: list, rename',
      'api.customers.list: query',
      ['list', 'rename'],
      false,
    ]);
  });

  test.each([
    ['return { a: [1, api.echo.query()] }', 'the result.a[1] is a promise: await it'],
    [
      'let a = {}; const all = a; for (let i = 0; i < 500; i++) { a.b = {}; a = a.b } return all',
      'is nested deeper than 200 levels',
    ],
  ])('of %j cannot be written', async (code, words) => {
    expect(await runCode(mode, code, createFakeRun({ echo: {} }))).toContain(words);
  });
});

describe('a long result', () => {
  const small = codeMode({ cpuMs, maxTokens: 100 });

  test('keeps the start of lists, stays JSON, and says how much is missing', async () => {
    const text = await runCode(small, 'return { items: Array.from({ length: 1000 }, (_, id) => ({ id })) }');
    const [json, note] = text.split('\n\n');
    const { items } = JSON.parse(json!) as { items: unknown[] };
    expect(items.slice(0, 2)).toEqual([{ id: 0 }, { id: 1 }]);
    expect(items.at(-1)).toBe(`… (${1000 - items.length + 1} more items)`);
    expect(json!.length).toBeLessThanOrEqual(400);
    expect(note).toBe(
      'Cut: the result has about 2726 tokens, and may have 100. Lists and texts are cut where they say so. Return less: choose the fields that you need, count or sum in the code, or return one part, such as `items.slice(0, 50)`.',
    );
  });

  test('that is one text keeps its start', async () => {
    const text = await runCode(small, 'return "abc".repeat(1000)');
    expect(text).toMatch(/^"abcabc[abc]+… \(\d+ more characters\)"\n\nCut: /);
  });

  test('is cut by the limit of the handler where the code mode has none', async () => {
    const code = 'return "a".repeat(1000)';
    expect(await runCode(mode, code, createFakeRun({}, { maxTokens: 50 }))).toContain('may have 50.');
    expect(await runCode(mode, code)).not.toContain('Cut');
    expect(await runCode(mode, 'return "a".repeat(50000)')).toContain('may have 10000.');
  });
});

describe('the console', () => {
  test('comes after the result', async () => {
    const code = `console.log('a', { b: 1 }, [1], null, undefined, Symbol('x'), 5n);\nconsole.error(new RangeError('e'), function f() {});\nreturn 1`;
    expect(await runCode(mode, code)).toBe(
      '1\n\nConsole:\na {"b":1} [1] null undefined Symbol(x) 5\nRangeError: e [function f]',
    );
  });

  test('has a limit', async () => {
    const little = codeMode({ cpuMs, maxConsoleCharacters: 20 });
    const text = await runCode(little, `for (let i = 0; i < 9; i++) console.log('line ' + i);`);
    expect(text).toContain(
      'line 0\nline 1\nline 2\n(cut: console keeps 20 characters; 6 further lines were written)',
    );
  });
});

describe('the language', () => {
  test('has a clock that stands still, UTC, and chance that is the same each time', async () => {
    const code = `return [Date.now(), new Date().getHours(), new Date().getTimezoneOffset(), Math.random(), Math.random()]`;
    const first = JSON.parse(await runCode(mode, code)) as unknown[];
    expect(first.slice(0, 3)).toEqual([Date.UTC(2026, 0, 31, 9), 9, 0]);
    expect(JSON.parse(await runCode(mode, code))).toEqual(first);
    const other = JSON.parse(await runCode(mode, code, createFakeRun({}, { seed: 8 }))) as unknown[];
    expect(other[3]).not.toBe(first[3]);
    expect(first[3]).not.toBe(first[4]);
  });

  test('lets code name its own things like those that are there', async () => {
    expect(await runCode(mode, 'const api = 1, console = 2;\nreturn api + console')).toBe('3');
    expect(await runCode(mode, 'const api = 1;\napi')).toBe('1');
  });
});

describe('a call', () => {
  test('passes values as the tools want them, and gives JSON', async () => {
    const run = createFakeRun({ 'a.b': { run: succeed({ at: '2026-01-31' }) } });
    const code = `return await api.a.b.query({ at: new Date(0), big: 1n, set: new Set([1]), no: undefined, ['__proto__']: { x: 1 } })`;
    expect(await runCode(mode, code, run)).toBe('{"at":"2026-01-31"}');
    expect(run.calls).toEqual([
      ['a_b', JSON.parse('{"at":"1970-01-01T00:00:00.000Z","big":"1","set":[1],"__proto__":{"x":1}}')],
    ]);
  });

  test('without arguments passes none, and without a result gives undefined', async () => {
    const run = createFakeRun({ a: { run: succeed(undefined) } });
    expect(await runCode(mode, 'return typeof (await api.a.query())', run)).toBe('"undefined"');
    expect(run.calls).toEqual([['a', undefined]]);
  });

  test('of a subscription is asked like a query', async () => {
    const run = createFakeRun({ events: { type: 'subscription', run: succeed([1, 2]) } });
    expect(await runCode(mode, 'return await api.events.query()', run)).toBe('[1,2]');
  });

  test('that is refused throws an error with its words and its code, and the code may go on', async () => {
    const api = { a: { run: () => ({ ok: false, code: 'NOT_FOUND', message: 'There is no a 7' }) as const } };
    const code = `try { await api.a.query({ id: 7 }) } catch (error) { return [error instanceof Error, error.message, error.code] }`;
    expect(await runCode(mode, code, createFakeRun(api))).toBe('[true,"There is no a 7","NOT_FOUND"]');
    expect(await runCode(mode, 'const id = 7;\n  await api.a.query({ id });', createFakeRun(api))).toBe(
      'NOT_FOUND: There is no a 7\nat line 2, column 15: await api.a.query({ id });',
    );
  });

  test.each([
    [
      'return api.custmers.list.query()',
      'There is no api.custmers. Did you mean api.customers? search_api finds what there is.',
    ],
    [
      'return api.customers.lst.query()',
      'There is no api.customers.lst. Did you mean api.customers.list.query(…)? search_api finds what there is.',
    ],
    [
      'return api.customers_list()',
      'There is no api.customers_list. Did you mean api.customers.list.query(…)? search_api finds what there is.',
    ],
    [
      'return api.somethingElseEntirely',
      'There is no api.somethingElseEntirely. search_api finds what there is.',
    ],
    [
      'return api.customers.list.mutate({})',
      'api.customers.list is a query: call api.customers.list.query(…)',
    ],
    [
      'return api.customers.rename.query({})',
      'api.customers.rename is a mutation: call api.customers.rename.mutate(…)',
    ],
    [
      'return api.events.subscribe()',
      'api.events is a subscription, which is collected: call api.events.query(…)',
    ],
    ['api.mine = 1', 'api cannot be changed'],
    ['return await api.customers.list.query({}, {})', 'api.customers.list: it takes one argument, an object'],
    [
      'const a = {}; a.b = { a }; return await api.customers.list.query(a)',
      'api.customers.list: the argument.b.a contains itself',
    ],
  ])('of %j says what to write', async (code, words) => {
    const run = createFakeRun({
      'customers.list': {},
      'customers.rename': { type: 'mutation' },
      events: { type: 'subscription' },
    });
    expect(await runCode(mode, code, run)).toContain(words);
    expect(run.calls).toEqual([]);
  });

  test('waits while too many others are under way, and they begin in their order', async () => {
    const little = codeMode({ cpuMs, maxConcurrentCalls: 2 });
    let most = 0;
    let running = 0;
    const run = createFakeRun({
      a: {
        async run(args) {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return { ok: true, json: args };
        },
      },
    });
    const code =
      'return await Promise.all([1, 2, 3, 4, 5].map(async (id) => (await api.a.query({ id })).id))';
    expect(await runCode(little, code, run)).toBe('[1,2,3,4,5]');
    expect(most).toBe(2);
    expect(run.calls.map(([, args]) => args)).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
  });

  test('that nobody awaits is waited for, and told if it fails', async () => {
    const ended: unknown[] = [];
    const run = createFakeRun({
      a: {
        type: 'mutation',
        async run(args) {
          await new Promise((resolve) => setImmediate(resolve));
          ended.push(args);
          const { id } = args as { id: number };
          return id === 2
            ? { ok: false, code: 'FORBIDDEN', message: 'not this one' }
            : { ok: true, json: null };
        },
      },
    });
    const code = `[1, 2].forEach(async (id) => { await api.a.mutate({ id }) });\nreturn 'all changed'`;
    expect(await runCode(mode, code, run)).toBe(
      '"all changed"\n\nNot awaited, and failed: a: FORBIDDEN: not this one',
    );
    expect(ended).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('tells the client how far the run is', async () => {
    const heard: unknown[] = [];
    const run = createFakeRun({ a: {} }, { progress: (progress) => void heard.push(progress) });
    await runCode(mode, 'await api.a.query(); await api.a.query()', run);
    expect(heard).toEqual([
      { progress: 1, message: 'a' },
      { progress: 2, message: 'a' },
    ]);
  });
});

describe('a failure', () => {
  test('says what was called, and what was changed already', async () => {
    const run = createFakeRun({
      list: {},
      rename: { type: 'mutation' },
      remove: { type: 'mutation', run: () => ({ ok: false, code: 'FORBIDDEN', message: 'only admins' }) },
    });
    const code = `console.log('begun');
await api.list.query(); await api.list.query();
for (const id of [1, 2, 3, 4, 5, 6, 7]) await api.rename.mutate({ id });
try { await api.remove.mutate({ id: 1 }) } catch {}
null.name;`;
    expect(await runCode(mode, code, run)).toBe(`BAD_REQUEST: TypeError: cannot read property 'name' of null
at line 5, column 1: null.name;

Calls before it: list (2).
Already changed, and not undone, so do not do it again: rename {"id":1}, rename {"id":2}, rename {"id":3}, rename {"id":4}, rename {"id":5} and 2 others: rename (2).
Refused: remove {"id":1}.

Console:
begun`);
  });

  test.each([
    ['const a = ;', 'SyntaxError', 'at line 1, column 11: const a = ;'],
    ['const a = 1;\nconst b = (1;\nreturn b', 'SyntaxError', 'at line 2, column 13: const b = (1;'],
    ['if (true) {\n  return 1', 'SyntaxError', 'at line 2, column 11: return 1'],
    ['const a: string = "x";\nreturn a', 'Write JavaScript, without types.', 'at line 1'],
    ['interface A { b: string }\nreturn 1', 'Write JavaScript, without types.', 'at line 1'],
    ['import fs from "fs";\nreturn 1', 'There are no modules', 'at line 1'],
    ['return await import("fs")', 'There are no modules', ''],
    ['return\n  await\n  fetch("https://example.com")', 'Done.', ''],
    ['return fetch("https://example.com")', 'no network, files or timers', 'at line 1, column 8'],
    ['await new Promise((go) => setTimeout(go, 1))', 'no network, files or timers', 'at line 1'],
    ['return require("fs")', 'no network, files or timers', 'at line 1'],
    ['throw new Error("mine")', 'BAD_REQUEST: mine', 'at line 1'],
    ['throw { a: 1 }', 'BAD_REQUEST: {"a":1}', ''],
    ['throw null', 'BAD_REQUEST: null', ''],
    ['const get = (a) => a.b.c;\n\nget({})', "cannot read property 'c' of undefined", 'at line 1'],
  ])('of %j says why, and where', async (code, words, place) => {
    const text = await runCode(mode, code);
    expect(text).toContain(words);
    expect(text).toContain(place);
  });
});

describe('arguments', () => {
  test.each([
    [undefined, 'code has to be a text: the JavaScript to run'],
    [{}, 'code has to be a text: the JavaScript to run'],
    [{ code: 1 }, 'code has to be a text: the JavaScript to run'],
    [{ code: ' \n' }, 'code is empty; write JavaScript that returns what you need'],
    [{ script: 'return 1' }, 'script is not an argument; it takes code'],
    [[1], 'the arguments have to be an object'],
    ['return 1', 'the arguments have to be an object'],
    [
      { code: `return ${' '.repeat(70_000)}1` },
      'code has 70008 bytes, and may have 65536; write a shorter program',
    ],
  ])('%# are refused in words', async (args, words) => {
    expect(textOf(await mode.call('run_code', args, createFakeRun()))).toBe(`BAD_REQUEST: ${words}`);
  });
});

test('a run that core breaks is not told as a mistake of the code', async () => {
  const run = createFakeRun({ a: {} }, { call: () => Promise.reject(new Error('the seam is broken')) });
  await expect(runCode(mode, 'return await api.a.query()', run)).rejects.toThrow('the seam is broken');
  await expect(
    runCode(mode, 'return 1', createFakeRun({}, { tools: () => Promise.reject(new Error('who are you')) })),
  ).rejects.toThrow('who are you');
  expect(await runCode(mode, 'return 1')).toBe('1');
});
