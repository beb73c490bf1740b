import type { CodeMode } from '@trpc-mcp/core';
// Cloudflare Workers compile a module when they are deployed, and never later.
import wasm from './engine/quickjs.wasm';
import { type CodeModeOptions, createCodeMode } from './code-mode.ts';

/** The same as in `index.ts`, where modules of WebAssembly are imported. */
export function codeMode<Ctx = unknown>(options: CodeModeOptions<Ctx> = {}): CodeMode<Ctx> {
  return createCodeMode(options, () => Promise.resolve(wasm));
}

export type { CodeModeOptions } from './code-mode.ts';
export type { CodeLimits } from './options.ts';
export type { WasmModule } from './engine/wasm.ts';
