import { toBase64 } from './base64.ts';
import { encodeWhole } from './encode-any.ts';
import type { Encode, Encoding, Files } from './encoding.ts';
import type { WireFile } from './file-leaf.ts';

/** Encodes a whole input as the arguments of a call, files included. Returns a promise only if a Blob must be read. */
export function encodeArguments(
  value: unknown,
  encode: Encode,
  classes: NonNullable<Encoding['classes']>,
): unknown {
  if (value === undefined) return undefined;
  const files = new InlineFiles();
  const json = encodeWhole(value, encode, { files, classes });
  return files.count === 0 ? json : files.read().then(() => json);
}

class InlineFiles implements Files {
  readonly #reads: (() => Promise<void>)[] = [];

  get count(): number {
    return this.#reads.length;
  }

  addBlob(blob: Blob): WireFile {
    const name = blob instanceof File ? blob.name : '';
    const mimeType = blob.type;
    const file: WireFile = { ...(name !== '' && { name }), ...(mimeType !== '' && { mimeType }), data: '' };
    this.#reads.push(async () => {
      file.data = toBase64(await blob.arrayBuffer());
    });
    return file;
  }

  addBytes(bytes: Uint8Array): string {
    return toBase64(bytes);
  }

  fresh(): InlineFiles {
    return new InlineFiles();
  }

  /** Reads all files and fills in their `data`. */
  async read(): Promise<void> {
    await Promise.all(this.#reads.map((read) => read()));
  }
}
