import { bytesLeaf, type Leaf } from './leaf.ts';

/** The input of a procedure that uses tRPC's `octetInputParser`, which accepts only a stream. */
export const octetLeaf: Leaf = bytesLeaf((bytes) => new Blob([bytes]).stream());
