import { bytesLeaf, type Leaf } from './leaf.ts';

/** Raw bytes for tRPC's `octetInputParser`, which takes nothing but a stream. */
export const octetLeaf: Leaf = {
  ...bytesLeaf(
    (bytes) => new Blob([bytes]).stream(),
    (value) => value instanceof ReadableStream,
  ),
  name: 'ReadableStream',
};
