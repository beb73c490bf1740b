import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  retryLink,
  splitLink,
  type TRPCClient,
} from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import superjson from 'superjson';
// Only the types of the router, which agents are served too: none of its code gets into the page.
import type { AppRouter } from '../src/router.ts';

export type Client = TRPCClient<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

/** Makes the client of a person. Subscriptions come back by themselves, from the last event that arrived. */
export function createClient(token: string): Client {
  const authorization = `Bearer ${token}`;
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: [
          // EventSource connects again when a stream ends, but gives up when a proxy answers with an error, such as
          // while the server restarts. An error of the server itself has data, and stays.
          retryLink({
            retry: ({ error }) => !error.data,
            retryDelayMs: (attempt) => Math.min(500 * 2 ** attempt, 15_000),
          }),
          httpSubscriptionLink({
            url: '/trpc',
            transformer: superjson,
            // EventSource cannot send headers, so these go into the URL, which ends in the logs of servers and proxies.
            // That is fine for the demo's tokens, which are public. An app with real ones uses its session cookie, or
            // an EventSource that sends headers: https://trpc.io/docs/client/links/httpSubscriptionLink
            connectionParams: { authorization },
          }),
        ],
        false: httpBatchLink({ url: '/trpc', transformer: superjson, headers: { authorization } }),
      }),
    ],
  });
}
