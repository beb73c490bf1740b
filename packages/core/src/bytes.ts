/** Bytes of a buffer that nobody shares. Written so that TypeScript before 5.7 reads it, where `Uint8Array` takes no type. */
export type Bytes = ReturnType<Uint8ArrayConstructor['from']>;
