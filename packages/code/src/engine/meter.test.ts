import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { meter } from './meter.ts';
import { WasmReader, signed, unsigned } from './wasm-reader.ts';

const original = await readFile(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'));

interface Wasm {
  validate(bytes: Uint8Array): boolean;
}
const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;

test('makes a module that is valid, and hardly larger', () => {
  const made = meter(original, 1000);
  expect(wasm.validate(made)).toBe(true);
  expect(made.length).toBeGreaterThan(original.length);
  expect(made.length).toBeLessThan(original.length * 1.1);
});

test.each([
  ['nothing', []],
  ['a head alone', [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]],
  ['a section that ends too early', [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 6, 9, 1]],
])('refuses %s', (_name, bytes) => {
  expect(() => meter(Uint8Array.from(bytes), 1000)).toThrow(/^The module/);
});

test('refuses a module without the import that it asks', () => {
  const bytes = Uint8Array.from(original);
  const name = new TextEncoder().encode('host_interrupt');
  const at = bytes.findIndex((_, index) => name.every((byte, offset) => bytes[index + offset] === byte));
  bytes[at] = 'x'.charCodeAt(0);
  expect(() => meter(bytes, 1000)).toThrow('The module does not import host_interrupt.');
});

test('numbers are written as they are read', () => {
  for (const value of [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 31 - 1]) {
    expect(new WasmReader(Uint8Array.from(unsigned(value))).unsigned()).toBe(value);
    const bytes = signed(value);
    expect(new WasmReader(Uint8Array.from(bytes)).unsigned() % 2 ** 31).toBe(value);
    // The sign of the last byte is that of a positive number.
    expect(bytes.at(-1)! & 64).toBe(0);
  }
});
