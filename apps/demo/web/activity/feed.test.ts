import { describe, expect, it } from 'vitest';
import { type Call, emptyFeed, type FeedEvent, reduceFeed } from './feed.ts';

describe('the feed', () => {
  it('shows the newest first, in the order of their ids as numbers', () => {
    const feed = play({ kind: 'listed', calls: [call('9'), call('11'), call('10')] });
    expect(feed.calls?.map(({ id }) => id)).toEqual(['11', '10', '9']);
  });

  it('marks and announces what arrives, and not what was there before', () => {
    const feed = play(
      { kind: 'started' },
      { kind: 'arrived', call: call('3') },
      { kind: 'listed', calls: [call('3'), call('2'), call('1')] },
    );
    expect(feed.calls?.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect([...feed.fresh]).toEqual(['3']);
    expect(feed.news).toBe('Ines called customers_search with an agent: done.');
  });

  it('marks what it missed while the stream was away, and announces it in one sentence', () => {
    const before: FeedEvent[] = [{ kind: 'started' }, { kind: 'listed', calls: [call('1')] }];
    const lost = play(...before, { kind: 'lost' });
    expect(lost.connection).toBe('lost');
    const feed = play(
      ...before,
      { kind: 'lost' },
      { kind: 'started' },
      { kind: 'listed', calls: [{ ...call('3'), ok: false, error: 'FORBIDDEN' }, call('2'), call('1')] },
    );
    expect([feed.connection, feed.reconnections]).toEqual(['live', 1]);
    expect([...feed.fresh]).toEqual(['3', '2']);
    expect(feed.news).toBe(
      '2 new calls. The last one: Ines called customers_search with an agent: failed with FORBIDDEN.',
    );
  });

  it('keeps a call once, however often it arrives', () => {
    const once = play({ kind: 'started' }, { kind: 'arrived', call: call('1') });
    expect(reduceFeed(once, { kind: 'arrived', call: call('1') })).toBe(once);
  });

  it('keeps the newest hundred', () => {
    const calls = Array.from({ length: 150 }, (_, index) => call(String(index)));
    const feed = play({ kind: 'listed', calls });
    expect([feed.calls?.length, feed.calls?.[0]?.id, feed.calls?.at(-1)?.id]).toEqual([100, '149', '50']);
  });

  it('says that it connects, not that it lost something, until it has been live', () => {
    expect(play({ kind: 'lost' }).connection).toBe('connecting');
  });
});

function play(...events: FeedEvent[]) {
  return events.reduce(reduceFeed, emptyFeed);
}

function call(id: string): Call {
  return {
    id,
    at: new Date('2026-11-28T12:00:00Z'),
    person: { name: 'Ines', role: 'admin' },
    client: 'an agent',
    era: '2026-07-28',
    tool: 'customers_search',
    path: 'customers.search',
    arguments: {},
    ok: true,
    error: null,
    ms: 5,
  };
}
