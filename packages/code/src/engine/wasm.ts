/**
 * A compiled module of WebAssembly: a `WebAssembly.Module`. It has no other type here, because its own is in the libraries of
 * browsers alone.
 */
export type WasmModule = object;

interface Wasm {
  Module: new (bytes: Uint8Array) => WasmModule;
  compile(bytes: Uint8Array): Promise<WasmModule>;
}

const wasm = (globalThis as unknown as { WebAssembly: Wasm | undefined }).WebAssembly;

/** Compiles the module that comes with this package. */
export async function compileModule(bytes: Uint8Array): Promise<WasmModule> {
  if (!wasm) throw new Error('This runtime has no WebAssembly, which codeMode needs.');
  return wasm.compile(bytes);
}

export function isWasmModule(value: unknown): value is WasmModule {
  return wasm !== undefined && value instanceof wasm.Module;
}
