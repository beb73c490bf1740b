import type { TaughtClass } from '../codec.ts';

/** Encodes a value as JSON. `depth` is how deeply the value is nested. Returns the same reference if the value is JSON already. */
export type Encode = (value: unknown, encoding: Encoding, depth: number) => unknown;

/** What the encoding of one value shares. */
export interface Encoding {
  /** Where files go. Without it, a file is encoded as its type and size only. */
  readonly files?: Files;
  /** The codecs of the app that name a class. Their instances are encoded wherever they occur. */
  readonly classes?: readonly TaughtClass[];
}

/** Collects the files of a value while it is encoded. Each method returns what stands in the JSON in place of the file. */
export interface Files {
  /** How many files have been collected. */
  readonly count: number;
  addBlob(blob: Blob): unknown;
  addBytes(bytes: Uint8Array, depth: number): string;
  /** Creates an empty collection of the same kind, for an encoding that may be thrown away. */
  fresh(): Files;
}
