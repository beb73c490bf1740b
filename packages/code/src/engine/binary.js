// In the sources, the module is made from the one of quickjs-wasi. The build puts a file in this one's place that has it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { meter } from './meter.ts';
import { roundsPerTick } from './ticks.ts';

/** Reads the bytes of the WebAssembly module. */
export async function readBinary() {
  const { resolve } = createRequire(import.meta.url);
  return meter(await readFile(resolve('quickjs-wasi/quickjs.wasm')), roundsPerTick);
}
