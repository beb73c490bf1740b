import { expect, test } from 'vitest';
import { codeMode, type CodeModeOptions } from './index.ts';

test.each([
  [{ maxCals: 3 }, 'codeMode.maxCals: it is not an option; the options are: timeoutMs, cpuMs, memoryBytes'],
  [{ maxCalls: 0 }, 'codeMode.maxCalls: it has to be a whole number, at least 1'],
  [{ cpuMs: 1.5 }, 'codeMode.cpuMs: it has to be a whole number, at least 1'],
  [{ timeoutMs: '30' }, 'codeMode.timeoutMs: it has to be a whole number, at least 1'],
  [{ timeoutMs: 2 ** 31 }, 'codeMode.timeoutMs: it has to be at most 2147483647'],
  [{ maxTokens: Number.NaN }, 'codeMode.maxTokens: it has to be a whole number, at least 1'],
  [{ memoryBytes: 1000 }, 'codeMode.memoryBytes: it has to be from 4194304 to 1073741824'],
  [{ wasm: 'quickjs.wasm' }, 'codeMode.wasm: it has to be a WebAssembly.Module'],
])('%j is refused', (options, words) => {
  expect(() => codeMode(options as CodeModeOptions)).toThrow(words);
});

test.each([[null], [5], ['30s'], [[]], [() => ({})]])('%j in place of options is refused', (options) => {
  expect(() => codeMode(options as unknown as CodeModeOptions)).toThrow(
    'codeMode: its options have to be an object',
  );
});

test('all problems come in one error', () => {
  expect(() => codeMode({ maxCalls: 0, cpuMs: 0 })).toThrow(/maxCalls.*\n*.*cpuMs/s);
});

test('an option that is undefined is as if it were left out', () => {
  const options = { maxCalls: undefined } as unknown as CodeModeOptions;
  expect(codeMode(options).tools.map(({ name }) => name)).toEqual(['search_api', 'run_code']);
});
