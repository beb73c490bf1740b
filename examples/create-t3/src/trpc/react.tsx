'use client';

import { type ReactNode, useState } from 'react';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { httpBatchStreamLink } from '@trpc/client';
import { createTRPCReact } from '@trpc/react-query';
import superjson from 'superjson';
import type { AppRouter } from '~/server/api/root';
import { createQueryClient } from './query-client';

/** Calls procedures from components in the browser. */
export const api = createTRPCReact<AppRouter>();

export function TRPCReactProvider({ children }: { children: ReactNode }) {
  const queryClient = getQueryClient();
  const [client] = useState(() =>
    api.createClient({
      links: [httpBatchStreamLink({ url: `${origin()}/api/trpc`, transformer: superjson })],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <api.Provider client={client} queryClient={queryClient}>
        {children}
      </api.Provider>
    </QueryClientProvider>
  );
}

let browserClient: QueryClient | undefined;

/** The server makes one for each request, the browser keeps its own. */
function getQueryClient(): QueryClient {
  if (typeof window === 'undefined') return createQueryClient();
  return (browserClient ??= createQueryClient());
}

function origin(): string {
  return typeof window === 'undefined'
    ? `http://localhost:${process.env['PORT'] ?? 3000}`
    : window.location.origin;
}
