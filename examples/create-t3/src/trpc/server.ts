import { cache } from 'react';
import { headers } from 'next/headers';
import { createHydrationHelpers } from '@trpc/react-query/rsc';
import { type AppRouter, createCaller } from '~/server/api/root';
import { createTRPCContext } from '~/server/api/trpc';
import { createQueryClient } from './query-client';

const createContext = cache(async () => createTRPCContext({ headers: await headers() }));
const getQueryClient = cache(createQueryClient);

/** Calls procedures from server components, and hands their results to the browser. */
export const { trpc: api, HydrateClient } = createHydrationHelpers<AppRouter>(
  createCaller(createContext),
  getQueryClient,
);
