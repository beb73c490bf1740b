import type { WasmModule } from './wasm.ts';

declare const wasm: WasmModule;
// oxlint-disable-next-line import/no-default-export -- it is how modules of WebAssembly are imported
export default wasm;
