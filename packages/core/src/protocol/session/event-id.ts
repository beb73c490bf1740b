/** What an event id says: the stream that the event was sent on, and its place there. */
export interface EventPlace {
  stream: string;
  number: number;
}

/** A stream of calls, or that which tells of changes. */
export type StreamKind = 'call' | 'changes';

const letters = { call: 'c', changes: 'l' } as const satisfies Record<StreamKind, string>;

/** Makes the id of a stream. No other stream has it, also not in another process. */
export function createStreamId(kind: StreamKind): string {
  return letters[kind] + crypto.randomUUID().replaceAll('-', '');
}

export function kindOf(stream: string): StreamKind {
  return stream.startsWith(letters.changes) ? 'changes' : 'call';
}

export function toEventId({ stream, number }: EventPlace): string {
  return `${stream}-${number}`;
}

/** Reads the header `Last-Event-ID`. Returns `undefined` for what is no event id of ours. */
export function readEventId(text: string): EventPlace | undefined {
  const [, stream, number] = /^([cl][\da-f]{32})-(\d{1,9})$/.exec(text) ?? [];
  return stream === undefined ? undefined : { stream, number: Number(number) };
}
