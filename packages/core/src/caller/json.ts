/**
 * The type of a value as the JSON that a client gets, by the conventions of the wire format. A Map becomes an object
 * if its keys are strings, else pairs. A class with `toJSON()` becomes what that returns.
 */
export type Json<T> = 0 extends 1 & T
  ? T
  : T extends string | number | boolean | null | undefined | void
    ? T
    : T extends bigint | Date | URL | RegExp | Uint8Array | ArrayBuffer
      ? string
      : T extends Blob
        ? WireAttachment
        : T extends ReadonlyMap<infer TKey, infer TValue>
          ? TKey extends string
            ? Record<TKey, Json<TValue>>
            : [Json<TKey>, Json<TValue>][]
          : T extends ReadonlySet<infer TItem>
            ? Json<TItem>[]
            : T extends { toJSON(key?: string): infer TJson }
              ? Json<TJson>
              : T extends symbol | ((...args: never) => unknown)
                ? undefined
                : T extends object
                  ? { [TKey in keyof T]: Json<T[TKey]> }
                  : T;

/** Replaces a file in the JSON of a result. Its bytes are in a content block; the number in `uri` says which one. */
export interface WireAttachment {
  name?: string;
  mimeType: string;
  size: number;
  /** `attachment:<n>` */
  uri: string;
}
