import type { Outputs } from '../client.ts';

/** What an agent did, as the router reports it. */
export type Call = Outputs['activity']['list']['items'][number];

export interface Feed {
  connection: 'connecting' | 'live' | 'lost';
  /** How many times the stream came back. What the page read before may have changed meanwhile. */
  reconnections: number;
  /** The newest first. Undefined until the first list has arrived. */
  calls: readonly Call[] | undefined;
  /** The ids of the calls that came since the page shows the feed. */
  fresh: ReadonlySet<string>;
  /** What a screen reader announces. */
  news: string;
  /** Why the router refuses the person, in its words. */
  refusal: string | undefined;
}

export type FeedEvent =
  | { kind: 'started' }
  | { kind: 'lost' }
  | { kind: 'refused'; message: string }
  | { kind: 'listed'; calls: readonly Call[] }
  | { kind: 'arrived'; call: Call };

export const emptyFeed: Feed = {
  connection: 'connecting',
  reconnections: -1,
  calls: undefined,
  fresh: new Set(),
  news: '',
  refusal: undefined,
};

/** The calls that the page keeps. */
const kept = 100;

/** Returns the feed after an event. Calls arrive on the stream and in lists, and may arrive on both. */
export function reduceFeed(feed: Feed, event: FeedEvent): Feed {
  switch (event.kind) {
    case 'started':
      return { ...feed, connection: 'live', reconnections: feed.reconnections + 1 };
    case 'lost':
      return { ...feed, connection: feed.connection === 'connecting' ? 'connecting' : 'lost' };
    case 'refused':
      return { ...feed, refusal: event.message };
    case 'listed':
      // The first list is what was there before. A later one has what the page missed while the stream was away.
      return feed.calls === undefined || feed.reconnections < 1
        ? { ...feed, calls: merge(feed.calls, event.calls) }
        : addFresh(feed, event.calls);
    case 'arrived':
      break;
  }
  return addFresh(feed, [event.call]);
}

/** Writes what happened in a sentence. */
export function toSentence({ person, client, tool, ok, error }: Call): string {
  return `${person.name} called ${tool} with ${client}: ${ok ? 'done' : `failed with ${error ?? 'an error'}`}.`;
}

function addFresh(feed: Feed, calls: readonly Call[]): Feed {
  const known = new Set(feed.calls?.map(({ id }) => id));
  const added = calls.filter(({ id }) => !known.has(id));
  const [last] = added;
  if (!last) return feed;
  return {
    ...feed,
    calls: merge(feed.calls, added),
    fresh: new Set([...feed.fresh, ...added.map(({ id }) => id)]),
    news:
      added.length === 1 ? toSentence(last) : `${added.length} new calls. The last one: ${toSentence(last)}`,
  };
}

function merge(known: readonly Call[] = [], added: readonly Call[]): Call[] {
  const byId = new Map([...known, ...added].map((call) => [call.id, call]));
  // Ids are numbers that grow, but written as texts.
  return [...byId.values()]
    .toSorted((a, b) => b.id.localeCompare(a.id, 'en', { numeric: true }))
    .slice(0, kept);
}
