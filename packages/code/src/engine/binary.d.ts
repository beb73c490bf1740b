/** Reads the bytes of the WebAssembly module. */
export function readBinary(): Promise<Uint8Array<ArrayBuffer>>;
