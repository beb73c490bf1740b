import { useEffect, useReducer } from 'react';
import { TRPCClientError } from '@trpc/client';
import type { Client } from '../client.ts';
import { emptyFeed, type Feed, reduceFeed } from './feed.ts';

/** Follows what agents do, with the eyes of the client's person. */
export function useFeed(client: Client): Feed {
  const [feed, dispatch] = useReducer(reduceFeed, emptyFeed);
  useEffect(() => {
    const stop = new AbortController();
    const refuse = (error: unknown) => {
      if (error instanceof TRPCClientError && error.data) {
        dispatch({ kind: 'refused', message: error.message });
      }
    };
    const list = async () => {
      const { items } = await client.activity.list.query({ limit: 50 }, { signal: stop.signal });
      if (!stop.signal.aborted) dispatch({ kind: 'listed', calls: items });
    };
    const stream = client.activity.watch.subscribe(undefined, {
      onStarted() {
        dispatch({ kind: 'started' });
        // The stream has what comes from now on. It is asked first, so that nothing is missed in between.
        list().catch(refuse);
      },
      onData: ({ data }) => dispatch({ kind: 'arrived', call: data }),
      onConnectionStateChange({ state }) {
        if (state === 'connecting') dispatch({ kind: 'lost' });
      },
      onError: refuse,
    });
    return () => {
      stop.abort();
      stream.unsubscribe();
    };
  }, [client]);
  return feed;
}
