import { toBase64 } from './base64.ts';
import { type Encode, encodeWhole, type Files } from './encode-any.ts';
import type { WireFile } from './file-leaf.ts';
import type { Leaf } from './leaf.ts';

/** A whole input as the arguments of a call, with its files in their places. A promise where one must be read. */
export function encodeArguments(value: unknown, encode: Encode, classes: readonly Leaf[]): unknown {
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
    const name = blob instanceof File && blob.name !== '' ? { name: blob.name } : {};
    const file: WireFile = { ...name, ...(blob.type !== '' && { mimeType: blob.type }), data: '' };
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

  /** Fills in the files that have been put into their places. */
  async read(): Promise<void> {
    await Promise.all(this.#reads.map((read) => read()));
  }
}
