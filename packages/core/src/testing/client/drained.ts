import type { TrackedEnvelope } from '@trpc/server';

/** What was collected of a stream that has limits: a subscription, or a procedure with `stream` in its meta. */
export interface Collected<TStream> {
  items: ItemOf<TStream>[];
  /** The id of the last item, where they are `tracked()`. */
  lastEventId?: string;
  ended: 'complete' | 'maxItems' | 'maxMs';
}

/**
 * What a tool gives for what its procedure returns: a stream is the list of its items, or what was collected of it where
 * its meta sets limits, and what an object holds is waited for.
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

// Of a subscription, tRPC's types say what its own client gets for `tracked()`: `{ id, data }`.
type Untracked<TItem> =
  TItem extends TrackedEnvelope<infer TData>
    ? TData
    : TItem extends { id: string; data: infer TData }
      ? Exclude<keyof TItem, 'id' | 'data'> extends never
        ? TData
        : TItem
      : TItem;
