import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { Context } from './router.ts';

export const createContext = ({ req }: FetchCreateContextFnOptions): Context => ({
  author: req.headers.get('x-author') ?? 'somebody',
});
