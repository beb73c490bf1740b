import type { CodeMode } from '@trpc-mcp/core';
import { type CodeModeOptions, createCodeMode } from './code-mode.ts';
import { compileModule } from './engine/wasm.ts';

/**
 * Lets a model call the tools of an app from code: pass it as `discovery`. Clients then get two tools, `search_api` and
 * `run_code`. The code runs in a sandbox that has nothing but the tools that its caller may call.
 *
 * Throws a `SetupError` for an option that is wrong.
 */
export function codeMode<Ctx = unknown>(options: CodeModeOptions<Ctx> = {}): CodeMode<Ctx> {
  return createCodeMode(options, async () => {
    const { readBinary } = await import('./engine/binary.js');
    return compileModule(await readBinary());
  });
}

export type { CodeModeOptions } from './code-mode.ts';
export type { CodeLimits } from './options.ts';
export type { WasmModule } from './engine/wasm.ts';
