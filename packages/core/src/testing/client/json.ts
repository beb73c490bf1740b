/**
 * A value as the JSON that a client gets: what the conventions of the wire make of its type. A Map is an object or
 * pairs, as its keys say; what has a `toJSON()` is what that returns.
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

/** What stands in the JSON of a result where a file was: its bytes are the content block that the number counts to. */
export interface WireAttachment {
  name?: string;
  mimeType: string;
  size: number;
  /** `attachment:<n>` */
  uri: string;
}
