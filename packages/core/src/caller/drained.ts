import type { TrackedEnvelope } from '@trpc/server';

/** The items of a stream with limits: a subscription, or a procedure with `stream` in its meta. */
export interface Collected<TStream> {
  items: ItemOf<TStream>[];
  /** The id of the last item, if the items are `tracked()`. */
  lastEventId?: string;
  ended: 'complete' | 'maxItems' | 'maxMs';
}

/**
 * The result of a tool, from the return type of its procedure. A stream becomes the list of its items, or a
 * `Collected` if its meta sets limits. Promises and streams inside an object are awaited.
 */
export type Drained<T> = 0 extends 1 & T
  ? T
  : T extends AsyncIterable<unknown>
    ? ItemOf<T>[] | Collected<T>
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? [Extract<T[keyof T], PromiseLike<unknown> | AsyncIterable<unknown>>] extends [never]
          ? T
          : { [TKey in keyof T]: Drained<Awaited<T[TKey]>> }
        : T;

type ItemOf<TStream> = Untracked<
  TStream extends AsyncIterable<infer TItem, unknown, unknown> ? TItem : TStream
>;

// For a subscription, tRPC's types say what its own client gets for `tracked()`: `{ id, data }`.
type Untracked<TItem> =
  TItem extends TrackedEnvelope<infer TData>
    ? TData
    : TItem extends { id: string; data: infer TData }
      ? Exclude<keyof TItem, 'id' | 'data'> extends never
        ? TData
        : TItem
      : TItem;
