import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Sandbox } from '../src/engine/sandbox.ts';
import { type Call, makeCall, tellCalls } from '../src/calls.ts';
import { codeMode } from '../src/index.ts';
import { createFakeRun, runCode, succeed } from './fake-run.ts';

const megabyte = 1024 * 1024;
const mode = codeMode({ cpuMs: 200, timeoutMs: 60_000, memoryBytes: 16 * megabyte });

/** What must hold after each attack: another run, of the same code mode, knows nothing of it and works. */
const next = `
const { items } = await api.list.query();
if (Object.keys(globalThis).length > 0) throw new Error('something was left: ' + Object.keys(globalThis));
if ([].constructor !== Array || JSON.stringify({ a: [1] }) !== '{"a":[1]}' || Object.prototype.polluted) throw new Error('changed');
return items.map((each) => each.id);`;
const hostKeys = { object: Reflect.ownKeys(Object.prototype), global: Reflect.ownKeys(globalThis) };

afterEach(async () => {
  const run = createFakeRun({ list: { run: succeed({ items: [{ id: 1 }, { id: 2 }] }) } });
  expect(await runCode(mode, next, run)).toBe('[1,2]');
  expect(Reflect.ownKeys(Object.prototype)).toEqual(hostKeys.object);
});

/** What of the process a global of the sandbox must not be, or reach. */
const reach = `(value) => {
  const root = value?.constructor?.constructor?.('return this')?.() ?? globalThis;
  return ['process', 'require', 'Buffer', 'fetch', 'setTimeout', 'WebAssembly', 'Deno', 'Bun', 'navigator', 'performance', 'crypto']
    .filter((name) => name in root);
}`;

describe('ways out', () => {
  test.each([
    ['a function of the sandbox', '() => {}'],
    ['api', 'api'],
    ['a procedure', 'api.a.query'],
    ['a group of procedures', 'api.b'],
    ['console', 'console.log'],
    ['the promise of a call', 'api.a.query()'],
    ['the result of a call', 'await api.a.query()'],
    ['an object in a result', '(await api.a.query()).list[0]'],
    ['the error of a refused call', 'await api.b.c.query().catch((error) => error)'],
    ['the error of a mistyped name', '(() => { try { api.nothing } catch (error) { return error } })()'],
    ['the error of a change', '(() => { try { api.a = 1 } catch (error) { return error } })()'],
    [
      'the error of an overflow',
      '(() => { const f = () => f(); try { f() } catch (error) { return error } })()',
    ],
    ['an async function', 'Object.getPrototypeOf(async () => {})'],
    ['a generator', 'Object.getPrototypeOf(function* () {})'],
    ['an async generator', 'Object.getPrototypeOf(async function* () {})'],
    ['the arguments of a function', '(function () { return arguments })()'],
    ['a global', 'globalThis'],
    ['a symbol', 'Symbol.iterator'],
    ['a proxy', 'new Proxy(api.a, {})'],
  ])('do not lead through the constructor of %s', async (_name, expression) => {
    const run = createFakeRun({
      a: { run: succeed({ list: [{ id: 1 }] }) },
      'b.c': { run: () => ({ ok: false, code: 'FORBIDDEN', message: 'no' }) },
    });
    expect(await runCode(mode, `return (${reach})(${expression})`, run)).toBe('[]');
  });

  test.each([
    ['return typeof process + typeof require + typeof module', '"undefinedundefinedundefined"'],
    ['return Function("return typeof process")()', '"undefined"'],
    ['return eval("typeof process")', '"undefined"'],
    ['return (0, eval)("this") === globalThis', 'true'],
    ['return new (async () => {}).constructor("return typeof fetch")()', '"undefined"'],
    ['return this === undefined || this === globalThis', 'true'],
    ['return (function () { return this }).call(null) === globalThis', 'true'],
    ['return typeof SharedArrayBuffer === "function" && typeof Atomics', '"undefined"'],
    ['return typeof WeakRef + typeof FinalizationRegistry', '"undefinedundefined"'],
  ])('%s gives %s', async (code, result) => {
    expect(await runCode(mode, code)).toBe(result);
  });

  test('modules cannot be imported', async () => {
    for (const name of [
      'fs',
      'node:fs',
      'std',
      'os',
      './x.js',
      'https://example.com/x.js',
      'data:text/javascript,1',
    ]) {
      expect(await runCode(mode, `return await import(${JSON.stringify(name)})`)).toMatch(
        /^BAD_REQUEST: ReferenceError: could not load module/,
      );
    }
  });

  test('no stack and no path of the process goes into the sandbox', async () => {
    const run = createFakeRun({ a: { run: () => ({ ok: false, code: 'CONFLICT', message: 'no' }) } });
    const code = `const stacks = [];
for (const make of [() => api.nothing, () => api.a.query(), () => (api.a = 1), () => null.x, () => api.a.query(1n, 2), () => import('x')]) {
  try { await make() } catch (error) { stacks.push(error.stack + error.message + JSON.stringify(Object.getOwnPropertyDescriptors(error))) }
}
return stacks.join('\\n')`;
    const text = await runCode(mode, code, run);
    expect(text).toContain('code.js:');
    expect(text).not.toMatch(/node_modules|\/src\/|\.ts\b|file:|wasm|at async|sandbox/i);
  });

  test('what is thrown in the app reaches the sandbox as its words alone', async () => {
    const run = createFakeRun({
      a: {
        run: () => ({ ok: false, code: 'NOT_FOUND', message: 'words', cause: new Error('secret') }) as never,
      },
    });
    const code = `try { await api.a.query() } catch (error) {
  return [Object.getOwnPropertyNames(error).sort(), error.cause, error.code, error.message] }`;
    expect(JSON.parse(await runCode(mode, code, run))).toEqual([
      ['code', 'message'],
      null,
      'NOT_FOUND',
      'words',
    ]);
  });

  test('Error.prepareStackTrace gets no functions of the bridge that do more than api does', async () => {
    const run = createFakeRun({ a: { run: () => ({ ok: false, code: 'CONFLICT', message: 'no' }) } });
    const code = `const found = [];
Error.prepareStackTrace = (error, frames) => { found.push(...frames); return 'mine' };
Error.stackTraceLimit = 100;
try { await api.a.query() } catch (error) { String(error.stack) }
try { api.nothing } catch (error) { String(error.stack) }
const functions = found.flatMap((frame) => { try { return frame.getFunction?.() ?? [] } catch { return [] } });
return functions.map((each) => String(each).includes('code.js') || each.name)`;
    expect(await runCode(mode, code, run)).not.toContain('send');
  });
});

describe('tampering', () => {
  test.each([
    [
      'Promise',
      'Promise.prototype.then = () => { throw 1 }; Promise.resolve = null; globalThis.Promise = null;',
    ],
    ['JSON', 'JSON.parse = () => ({ evil: true }); JSON.stringify = () => "{";'],
    ['Object', 'Object.keys = () => ["evil"]; Object.defineProperty = null; Object.create = null;'],
    ['Map', 'Map.prototype.get = () => null; Map.prototype.set = null; Map.prototype.delete = null;'],
    [
      'Array',
      'Array.prototype.push = null; Array.prototype[Symbol.iterator] = null; Array.prototype.slice = null;',
    ],
    [
      'Function',
      'Function.prototype.call = null; Function.prototype.apply = null; Function.prototype.bind = null;',
    ],
    ['String', 'String.prototype.slice = () => ({}); String.prototype.split = null;'],
    [
      'Object.prototype',
      'Object.prototype.toJSON = () => "evil"; Object.prototype.then = (go) => go(9); Object.prototype.get = () => 1; Object.prototype.value = 1;',
    ],
    [
      'Error',
      'globalThis.Error = null; Object.defineProperty(Error?.prototype ?? {}, "message", { get() { throw 1 } });',
    ],
    ['Reflect and Proxy', 'globalThis.Reflect = null; globalThis.Proxy = null; globalThis.Symbol = null;'],
  ])('with %s changes nothing outside', async (_name, code) => {
    const run = createFakeRun({ a: { run: succeed({ id: 1 }) } });
    // Whatever it makes of its own result, the run ends, and no call but those of api is made.
    const text = await runCode(mode, `${code}\nconst r = await api.a.query({ id: 1 });\nreturn r;`, run);
    expect(typeof text).toBe('string');
    for (const [name] of run.calls) expect(name).toBe('a');
  });

  test('a proto in arguments and results is a key like others', async () => {
    const proto = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const run = createFakeRun({ a: { run: succeed(JSON.parse(proto)) } });
    const code = `const got = await api.a.query(JSON.parse(${JSON.stringify(proto)}));
return [got, ({}).polluted === undefined, Object.keys(got)]`;
    expect(await runCode(mode, code, run)).toBe(`[${proto},true,["__proto__","constructor"]]`);
    expect(JSON.stringify(run.calls[0]![1])).toBe(proto);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('traps of a proxy in arguments and results run inside, and get nothing', async () => {
    const run = createFakeRun({ a: {} });
    const code = `const seen = [];
const spy = new Proxy({ a: 1 }, new Proxy({}, { get: (_, trap) => (...args) => { seen.push(trap); return Reflect[trap](...args) } }));
await api.a.query(spy);
console.log(seen.join());
return spy`;
    expect(await runCode(mode, code, run)).toMatch(/^\{"a":1\}\n\nConsole:\n.*ownKeys/);
    expect(run.calls).toEqual([['a', { a: 1 }]]);
  });

  test('forged messages do no more than api does', async () => {
    const run = createFakeRun({ a: {} });
    // "then" and "toString" of what is passed would run in the process, if it looked at more than texts.
    const code = `const evil = { then(go) { go('pwned') }, toString() { throw new Error('ran') }, [Symbol.toPrimitive]() { throw new Error('ran') } };
try { await api[evil] } catch (error) { return error.message }`;
    expect(await runCode(mode, code, run)).toBe('"ran"');
    expect(run.calls).toEqual([]);
  });

  test('the tree of procedures may have any names', async () => {
    const names = [
      '__proto__.x',
      'constructor.call',
      'a-b.c d',
      'then',
      'toJSON',
      'prototype.__proto__',
      'hasOwnProperty',
    ];
    const run = createFakeRun(Object.fromEntries(names.map((name) => [name, { run: succeed(name) }])));
    const code = `return await Promise.all([api['__proto__'].x.query(), api.constructor.call.query(), api['a-b']['c d'].query(), api.prototype['__proto__'].query(), api.hasOwnProperty.query()])`;
    expect(JSON.parse(await runCode(mode, code, run))).toEqual([
      '__proto__.x',
      'constructor.call',
      'a-b.c d',
      'prototype.__proto__',
      'hasOwnProperty',
    ]);
  });
});

const tooLong = 'TIMEOUT: The code computed for more than 200 ms without an end.';
const tooLarge = 'PAYLOAD_TOO_LARGE: The code used more than 16 MiB of memory.';

describe('code that does not end', () => {
  test.each([
    ['a loop', 'for (;;);'],
    ['a loop in a finally', 'try { for (;;); } finally { for (;;); }'],
    ['a loop that catches', 'for (;;) { try { for (;;); } catch {} }'],
    ['promises that are resolved', 'while (true) await 0'],
    ['jobs that make jobs', 'const f = () => Promise.resolve().then(f); await f()'],
    ['queueMicrotask', 'const f = () => queueMicrotask(f); f(); await new Promise(() => {})'],
    ['a regular expression', 'return /^(a+)+$/.test("a".repeat(40) + "b")'],
    ['a regular expression in replace', 'return ("a".repeat(5000) + "b").replace(/(a*)*c/g, "")'],
    ['a comparator', '[3, 2, 1].sort(() => { for (;;); })'],
    ['a getter in the result', 'return { get a() { for (;;); } }'],
    ['toJSON in the result', 'return { toJSON() { for (;;); } }'],
    [
      'a toJSON that makes another',
      'const f = () => ({ toJSON: f }); return { get a() { return f() }, get b() { for (;;); } }',
    ],
    ['a trap of a proxy in the result', 'return new Proxy({}, { ownKeys() { for (;;); } })'],
    ['an iterator', 'return [...{ *[Symbol.iterator]() { for (;;) yield; } }].length'],
    ['a thenable', 'await { then() { for (;;); } }'],
    ['a toString for the console', 'console.log({ toJSON() { for (;;); } })'],
    ['a getter of what was thrown', 'throw { get message() { for (;;); } }'],
    [
      'a function in C over a huge length',
      'return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)',
    ],
    ['indexOf over a huge length', 'return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)'],
    ['a search that is quadratic', 'return "a".repeat(2e5).indexOf("a".repeat(1e5) + "b")'],
    ['numbers that grow', 'let n = 3n; for (let i = 0; i < 22; i++) n *= n; return String(n).length'],
    ['a join of nothing', 'return new Array(2 ** 32 - 1).join("").length'],
    ['exponential recursion', 'const f = (n) => (n < 2 ? 1 : f(n - 1) + f(n - 2)); return f(90)'],
    ['memory that is copied', 'const a = new Uint8Array(8e6); for (;;) a.copyWithin(0, 1)'],
    ['text that is compared', 'const a = "a".repeat(4e6), b = "a".repeat(4e6); for (;;) a === b'],
    ['JSON that is written again and again', 'const a = Array(1e5).fill(1); for (;;) JSON.stringify(a)'],
    ['an evaluated loop', 'eval("for (;;);")'],
    ['a stack that is prepared', 'Error.prepareStackTrace = () => { for (;;); }; null.x'],
    ['a generator that returns itself', 'function* f() { for (;;) yield* f() } for (const x of f());'],
  ])('%s is ended', async (_name, code) => {
    expect(await runCode(mode, code)).toMatch(
      // Some of it meets another limit first.
      new RegExp(
        `^${tooLong.replaceAll('.', '\\.')}|^${tooLarge}|called itself too often|call stack|is nested deeper than`,
      ),
    );
  });

  test('the time is that of the whole run, not of each step', async () => {
    const run = createFakeRun({ a: {} });
    const code = `for (;;) { for (let i = 0; i < 1e5; i++); await api.a.query() }`;
    expect(await runCode(codeMode({ cpuMs: 50, maxCalls: 100_000 }), code, run)).toMatch(
      /^TIMEOUT: The code computed/,
    );
  });

  test.each([
    ['await new Promise(() => {})'],
    ['const { promise } = Promise.withResolvers?.() ?? { promise: new Promise(() => {}) }; return promise'],
    ['await Promise.race([])'],
    ['await { then() {} }'],
    ['await api.a.query(); await new Promise(() => {})'],
  ])('%s ends at once, because nothing can settle it', async (code) => {
    vi.useFakeTimers();
    try {
      expect(await runCode(mode, code, createFakeRun({ a: {} }))).toMatch(
        /^BAD_REQUEST: The code waits for a promise that nothing can settle any more/,
      );
    } finally {
      vi.useRealTimers();
    }
  });

  test('a call that never ends is ended by the time of the run', async () => {
    const run = createFakeRun({ a: { type: 'mutation', run: () => new Promise(() => {}) } });
    const text = await runCode(
      codeMode({ timeoutMs: 50 }),
      'console.log("x"); await api.a.mutate({ id: 1 })',
      run,
    );
    expect(text).toBe(
      'TIMEOUT: The run took more than 50 ms. Make fewer calls, or make them at once with Promise.all.\n\nStill under way, so look whether it happened: a {"id":1}.\n\nConsole:\nx',
    );
  });
});

describe('memory', () => {
  test.each([
    ['lists', 'const a = []; for (;;) a.push(new Array(1000).fill(1))'],
    ['texts', 'const a = []; for (let i = 0; ; i++) a.push(String(i).padEnd(10_000))'],
    ['one text', 'let a = "x"; for (;;) a += a'],
    ['repeat', 'return "x".repeat(2 ** 29)'],
    ['typed arrays', 'const a = []; for (;;) a.push(new Uint8Array(1e6))'],
    ['one typed array', 'return new Uint8Array(2 ** 31)'],
    ['a growing buffer', 'const b = new ArrayBuffer(1, { maxByteLength: 2 ** 31 }); b.resize(2 ** 30)'],
    ['objects', 'let a = {}; for (;;) a = { a, b: {} }'],
    ['closures', 'let f = () => 1; for (;;) { const g = f; f = () => g }'],
    ['promises', 'const a = []; for (;;) a.push(new Promise(() => {}))'],
    [
      'jobs',
      'const f = () => { Promise.resolve().then(f); Promise.resolve().then(f) }; f(); await new Promise(() => {})',
    ],
    ['a Map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'],
    ['symbols', 'const a = []; for (let i = 0; ; i++) a.push(Symbol(i))'],
    ['named symbols', 'for (let i = 0; ; i++) Symbol.for(String(i))'],
    ['properties', 'const a = {}; for (let i = 0; ; i++) a["p" + i] = i'],
    ['numbers', 'let n = 3n; for (;;) n *= n'],
    ['a regular expression', 'return new RegExp("(" + "a|".repeat(3e6) + ")")'],
    ['split', 'return "a".repeat(5e6).split("")'],
    ['JSON', 'return JSON.parse("[" + "1,".repeat(5e6) + "1]")'],
    ['a result', 'return Array(1e7).fill("text")'],
    ['errors', 'const a = []; for (;;) a.push(new Error("x".repeat(1000)))'],
    ['source', 'return Function("return [" + "1,".repeat(4e6) + "]")()'],
    [
      'a bomb that is caught',
      'for (;;) { try { const a = []; for (;;) a.push(new Array(1000).fill(1)) } catch {} }',
    ],
    [
      'a bomb in an async function',
      'const f = async () => { const a = []; for (;;) a.push(new Uint8Array(1e5)) }; try { await f() } catch {} return 1',
    ],
  ])('is bounded: %s', async (_name, code) => {
    const text = await runCode(mode, code);
    expect(text).toMatch(
      // Some engines refuse a size before they look for memory, and some bombs take longer than the time.
      new RegExp(
        `^${tooLarge}|^${tooLong.replaceAll('.', '\\.')}|invalid (?:array|string|length)|too (?:large|long|big)|RangeError`,
        'i',
      ),
    );
  });
});

describe('the stack', () => {
  test.each([
    ['a function', 'const f = () => f(); f()'],
    ['a function through C', 'const f = () => [1].map(f); f()'],
    ['a getter', 'const a = { get a() { return this.a } }; a.a'],
    ['a proxy', 'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x'],
    ['bound functions', 'let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); f()'],
    ['JSON that is read', 'JSON.parse("[".repeat(1e5))'],
    ['JSON that is written', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)'],
    ['source', 'eval("(".repeat(1e5))'],
    ['source of lists', 'eval("[".repeat(1e5))'],
    ['a regular expression', 'new RegExp("(".repeat(1e5))'],
    ['toString', 'const a = []; a[0] = { toString: () => String(a[0]) }; String(a)'],
    [
      'prototypes',
      'let a = {}; for (let i = 0; i < 2e5; i++) a = Object.create(a); return a.x ?? "no overflow"',
    ],
    ['a flat list', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity)'],
    ['templates', 'eval("`${".repeat(1e5))'],
    ['await', 'const f = async () => await f(); await f()'],
  ])('does not overflow out of the sandbox: %s', async (_name, code) => {
    const text = await runCode(mode, code);
    expect(text).toMatch(
      /call stack|called itself too often|SyntaxError|no overflow|computed for more than|MiB of memory/,
    );
    expect(text).not.toContain('broken');
  });
});

describe('floods', () => {
  test('ten thousand calls: no more are made than a run may', async () => {
    const run = createFakeRun({ a: {} });
    const code = `const all = await Promise.allSettled(Array.from({ length: 10_000 }, (_, id) => api.a.query({ id })));
const failed = all.filter((each) => each.status === 'rejected');
return [failed.length, failed[0].reason.code, failed[0].reason.message]`;
    expect(JSON.parse(await runCode(codeMode({ cpuMs: 20_000 }), code, run))).toEqual([
      9800,
      'TOO_MANY_REQUESTS',
      'A run may make 200 calls, and this one has made them. Use a call that does more at once, or a second run.',
    ]);
    expect(run.calls.length).toBe(200);
  });

  test('a loop of calls ends at its limit', async () => {
    const run = createFakeRun({ a: {} });
    expect(await runCode(codeMode({ maxCalls: 5 }), 'for (;;) await api.a.query()', run)).toMatch(
      /^TOO_MANY_REQUESTS: A run may make 5 calls.*\nat line 1, column \d+: .*\n\nCalls before it: a \(5\)\.$/,
    );
  });

  test('huge arguments are refused before the app sees them', async () => {
    const run = createFakeRun({ a: {} });
    const code = 'await api.a.query({ text: "x".repeat(1_500_000) })';
    expect(await runCode(codeMode({ cpuMs: 20_000 }), code, run)).toContain(
      'PAYLOAD_TOO_LARGE: The arguments of a have 1500011 characters, and may have 1000000.',
    );
    expect(run.calls).toEqual([]);
  });

  test('arguments of calls that have not ended have a limit together', async () => {
    const run = createFakeRun({ a: { run: succeed(1) } });
    const small = codeMode({ memoryBytes: 16 * megabyte, cpuMs: 20_000 });
    const code = `const send = () => api.a.query({ text: 'x'.repeat(900_000) });
const sent = [send(), send(), send().catch(({ code, message }) => [code, message])];
return [...(await Promise.all(sent)), await send(), await send(), await send()];`;
    expect(JSON.parse(await runCode(small, code, run))).toEqual([
      1,
      1,
      [
        'PAYLOAD_TOO_LARGE',
        'The calls that have not ended have 1800022 characters of arguments, with those of a 2700033, and may have 2097152 together. Await some of them first.',
      ],
      1,
      1,
      1,
    ]);
    expect(run.calls).toHaveLength(5);
  });

  test('of the arguments of a call that has ended, only what is told of it is kept', async () => {
    const run = createFakeRun({ 'a.b': { type: 'mutation' } });
    const [tool] = await run.tools();
    const call: Call = { tool: tool!, json: JSON.stringify({ text: 'x'.repeat(1000) }), state: 'done' };
    const told = tellCalls([call]);
    await makeCall(call, run, megabyte);
    expect(call.json).toHaveLength(101);
    expect(tellCalls([call])).toBe(told);
    expect(run.calls).toEqual([['a_b', { text: 'x'.repeat(1000) }]]);
  });

  test('a huge result of a call is an error that code can catch', async () => {
    const run = createFakeRun({ a: { run: succeed('x'.repeat(10 * megabyte)) } });
    const code = 'try { await api.a.query() } catch (error) { return [error.code, error.message] }';
    expect(await runCode(mode, code, run)).toBe(
      '["PAYLOAD_TOO_LARGE","The result of a is too large for the memory of this code: 10485762 characters. Ask for less, such as one page."]',
    );
  });

  test('many large results end the run, not the process', async () => {
    const run = createFakeRun({ a: { run: succeed(Array.from({ length: 50_000 }, () => ({ id: 'x' }))) } });
    const code =
      'const all = []; for (let i = 0; i < 100; i++) all.push(await api.a.query()); return all.length';
    expect(await runCode(codeMode({ memoryBytes: 16 * megabyte, cpuMs: 30_000 }), code, run)).toContain(
      tooLarge,
    );
  });

  test('a million lines of console end with the time, and few are kept', async () => {
    const text = await runCode(mode, 'for (;;) console.log("x".repeat(10_000))');
    expect(text).toContain(tooLong);
    expect(text.length).toBeLessThan(10_000);
  });

  test('nested arguments get no deeper than values may be', async () => {
    const run = createFakeRun({ a: {} });
    const code = 'let a = []; for (let i = 0; i < 300; i++) a = [a]; await api.a.query({ a })';
    expect(await runCode(mode, code, run)).toContain('is nested deeper than 200 levels');
    expect(run.calls).toEqual([]);
  });
});

describe('many runs', () => {
  test('at once wait for each other', async () => {
    const little = codeMode({ maxRuns: 2 });
    let most = 0;
    let running = 0;
    const api = {
      a: {
        async run() {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return { ok: true, json: running } as const;
        },
      },
    };
    const codes = Array.from({ length: 12 }, (_, index) => `await api.a.query(); return ${index}`);
    const texts = await Promise.all(codes.map((code) => runCode(little, code, createFakeRun(api))));
    expect(texts).toEqual(codes.map((_, index) => String(index)));
    expect(most).toBe(2);
  });

  test('whose callers leave give their places back', async () => {
    const little = codeMode({ maxRuns: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const api = { a: { run: () => new Promise<never>(() => {}) } };
    const started = new Promise<void>((resolve) => {
      const run = createFakeRun({ a: { run: () => (resolve(), api.a.run()) } }, { signal: first.signal });
      void runCode(little, 'await api.a.query()', run);
    });
    await started;
    const waiting = runCode(little, 'return 1', createFakeRun({}, { signal: second.signal }));
    const third = runCode(little, 'return 3');
    second.abort();
    expect(await waiting).toBe('CLIENT_CLOSED_REQUEST: The run was ended from outside.');
    first.abort();
    expect(await third).toBe('3');
  });

  test('of callers that have left already do not begin', async () => {
    const run = createFakeRun({ a: {} }, { signal: AbortSignal.abort() });
    expect(await runCode(mode, 'await api.a.query()', run)).toMatch(/^CLIENT_CLOSED_REQUEST/);
    expect(run.calls).toEqual([]);
  });

  test('a caller that leaves in the middle ends the run: nothing more is called, and late results go nowhere', async () => {
    const controller = new AbortController();
    let answer!: (value: { ok: true; json: unknown }) => void;
    const run = createFakeRun(
      { a: { run: () => new Promise((resolve) => (answer = resolve)) }, b: {} },
      { signal: controller.signal },
    );
    const running = runCode(mode, 'await api.a.query(); await api.b.query()', run);
    await vi.waitFor(() => expect(run.calls.length).toBe(1), 15_000);
    controller.abort();
    expect(await running).toMatch(/^CLIENT_CLOSED_REQUEST/);
    answer({ ok: true, json: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.calls.map(([name]) => name)).toEqual(['a']);
  });
});

describe('what is left of runs', () => {
  const made: WeakRef<object>[] = [];
  const create = Sandbox.create.bind(Sandbox);
  beforeEach(() => {
    // A spy of vitest would keep what it returned.
    Sandbox.create = async (...args) => {
      const sandbox = await create(...args);
      made.push(new WeakRef(sandbox));
      return sandbox;
    };
  });
  afterEach(() => void (Sandbox.create = create));

  test('is nothing, after hundreds that ended in every way', async () => {
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const quick = codeMode({ cpuMs: 20, memoryBytes: 4 * megabyte });
    const codes = [
      'return 1',
      'null.x',
      'const = 1',
      'for (;;);',
      'await new Promise(() => {})',
      'await api.a.query()',
      'for (let a = [];;) a.push({})',
    ];
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(codes.map((code) => runCode(quick, code, createFakeRun({ a: {} }))));
    }
    const isSettled = () => {
      collect();
      return made.filter((each) => each.deref()).length;
    };
    expect(made.length).toBe(350);
    // The last ones may still be on the stack of something that has not ended.
    await vi.waitFor(() => expect(isSettled()).toBeLessThanOrEqual(codes.length), 20_000);
  });
});
