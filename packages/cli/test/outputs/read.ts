import { createRequire } from 'node:module';
import type { Compiler } from '../../src/outputs/compiler.ts';
import { createProgram } from '../../src/outputs/program.ts';
import { type ReadOutputs, readOutputs } from '../../src/outputs/read-outputs.ts';

const require = createRequire(import.meta.url);

/** The compilers that apps have: the oldest that is read, and the last of 5 and 6. */
export const compilers = ['typescript-5.4', 'typescript-5.9', 'typescript-6'] as const;

export type CompilerName = (typeof compilers)[number];

/** Reads all outputs of a module with a compiler. */
export function read(
  file: string,
  compiler: CompilerName = 'typescript-6',
  exportName?: string,
): ReadOutputs {
  const loaded = require(compiler) as Compiler;
  const { program } = createProgram(loaded, { file });
  return readOutputs(loaded, program, { file, name: file.split('/').at(-1)!, exportName });
}
