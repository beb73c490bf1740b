import { afterEach, describe, expect, test, vi } from 'vitest';
import { cutJson } from '../src/cut.ts';
import { codeMode } from '../src/index.ts';
import { createFakeRun, runCode, succeed } from './fake-run.ts';

const megabyte = 1024 * 1024;
const mode = codeMode({ cpuMs: 20_000, memoryBytes: 8 * megabyte });
const tooLarge = 'PAYLOAD_TOO_LARGE: The code used more than 8 MiB of memory.';

afterEach(() => void vi.restoreAllMocks());

describe('a text for which there is no memory on its way out', () => {
  test.each([
    ['é', 2_400_000],
    ['ሴ', 1_200_000],
  ])('is never taken for a result: %s', async (sign, count) => {
    expect(await runCode(mode, `return '${sign}'.repeat(${count})`)).toContain(tooLarge);
  });

  test('is not what a text looks like that code has written', async () => {
    const run = createFakeRun({ a: {} });
    expect(await runCode(mode, `console.log('<null>'); return await api.a.query({ a: '<null>' })`, run)).toBe(
      '{"a":"<null>"}\n\nConsole:\n<null>',
    );
  });
});

describe('what code throws by ways of its own is the failure of the code', () => {
  const throwing = [
    ['an error', 'new Error("mine")', 'BAD_REQUEST: mine'],
    ['null', 'null', 'BAD_REQUEST: '],
    ['an object', '({ name: "Mine", message: "words" })', 'BAD_REQUEST: Mine: words'],
    ['a symbol', 'Symbol("x")', 'BAD_REQUEST: '],
    ['what throws itself when it is read', '({ get message() { throw this } })', 'BAD_REQUEST: '],
  ] as const;

  test.each(throwing)('outside of the function around it: %s', async (_name, thrown, words) => {
    const run = createFakeRun({ a: {} });
    const text = await runCode(mode, `}); throw ${thrown}; (async () => {`, run);
    expect(text.slice(0, words.length)).toBe(words);
    expect(await runCode(mode, 'return await api.a.query({ a: 1 })', run)).toBe('{"a":1}');
  });

  test.each(throwing)('in a promise of its own: %s', async (_name, thrown) => {
    const run = createFakeRun({ a: {} });
    const code = `const Own = Promise;
globalThis.Promise = function (run) { return new Own((resolve, reject) => run(() => { throw ${thrown} }, reject)) };
return await api.a.query({ a: 1 });`;
    // It has no use: promises of calls are those of the language.
    expect(await runCode(mode, code, run)).toBe('{"a":1}');
  });
});

test('no error is longer than it may be, whatever part of it is long', async () => {
  for (const part of ['name', 'message', 'stack', 'code']) {
    const code = `const error = new Error('x'); error.${part} = 'n'.repeat(1e6); throw error`;
    expect((await runCode(mode, code)).length).toBeLessThan(9000);
  }
  expect((await runCode(mode, `throw 'n'.repeat(1e6)`)).length).toBeLessThan(9000);
  const unread = `}); throw { name: 'SyntaxError', message: 'n'.repeat(1e6), stack: '' }; (async () => {`;
  expect((await runCode(mode, unread)).length).toBeLessThan(9000);
});

describe('where the clock stands still, as on Cloudflare Workers', () => {
  const still = codeMode({ cpuMs: 4, memoryBytes: 8 * megabyte });

  test.each([
    ['memory that is filled', 'const a = new Uint8Array(4e6); for (let i = 0; i < 100; i++) a.fill(i)'],
    [
      'memory that is copied',
      'const a = new Uint8Array(4e6); for (let i = 0; i < 100; i++) a.copyWithin(0, 8)',
    ],
    ['names that there are not', 'for (let i = 0; i < 300; i++) try { api.nothing } catch {}'],
    ['long names', 'for (let i = 0; i < 300; i++) console.log("x".repeat(20_000))'],
  ])('%s count', async (_name, code) => {
    vi.spyOn(performance, 'now').mockReturnValue(1);
    expect(await runCode(still, code)).toMatch(/^TIMEOUT: The code computed for more than 4 ms/);
  });
});

test('names that there are not are compared with the others a few times, and then no more', async () => {
  const run = createFakeRun({ 'customers.search': { run: succeed(1) } });
  const code = `const words = [];
for (let i = 0; i < 25; i++) try { api.custmers } catch (error) { words.push(error.message) }
return words.map((each) => each.includes('Did you mean')).join()`;
  const text = await runCode(mode, code, run);
  expect(text.match(/true/g)).toHaveLength(5);
  expect(text.match(/false/g)).toHaveLength(20);
});

describe('cutting a result', () => {
  /** Counts what is written as JSON in the meantime. */
  function countWritten(json: string): { text: string; written: number } {
    const spy = vi.spyOn(JSON, 'stringify');
    const { text } = cutJson(json, 1000);
    const written = spy.mock.results.reduce((sum, { value }) => sum + String(value).length, 0);
    return { text, written };
  }

  test('writes no more than it gives, however wide a tree is', () => {
    const widen = (item: string, times: number) => `[${Array(times).fill(item).join()}]`;
    const { text, written } = countWritten(widen(widen(widen('1', 60), 60), 60));
    expect(JSON.parse(text)).toBeInstanceOf(Array);
    expect(text.length).toBeLessThanOrEqual(4000);
    expect(written).toBeLessThan(50_000);
  });

  test('looks once at what has a key that is too long to be shown, and at no value of what is left out', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`a${index}`, 0]));
    const keys = vi.spyOn(Object, 'keys');
    const entries = vi.spyOn(Object, 'entries');
    const json = JSON.stringify({ ['k'.repeat(5000)]: 1, ...wide });
    expect(cutJson(json, 1000).text).toBe(json.slice(0, 4000));
    expect(keys).toHaveBeenCalledOnce();
    expect(entries).not.toHaveBeenCalled();
  });

  test('does not read what is nested without an end', () => {
    const spy = vi.spyOn(JSON, 'parse');
    const { text } = cutJson('['.repeat(100_000) + ']'.repeat(100_000), 1000);
    expect(text).toBe('['.repeat(4000));
    expect(spy).not.toHaveBeenCalled();
  });
});

test('a result that is no JSON fails its call alone', async () => {
  const run = createFakeRun({ a: { run: succeed({ n: 1n }) }, b: { run: succeed(2) } });
  const code = `const failed = await api.a.query().catch(({ code }) => code);
return [failed, await api.b.query()]`;
  expect(await runCode(mode, code, run)).toBe('["INTERNAL_SERVER_ERROR",2]');
});
