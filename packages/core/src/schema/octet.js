import { bytesLeaf } from './leaf.js';
/** Raw bytes for tRPC's `octetInputParser`, which takes nothing but a stream. */
export const octetLeaf = {
    ...bytesLeaf((bytes) => new Blob([bytes]).stream(), (value) => value instanceof ReadableStream),
    name: 'ReadableStream',
};
