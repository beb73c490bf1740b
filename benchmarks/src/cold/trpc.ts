import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createContext, router } from './app.ts';

// What is bundled to know what an app weighs without us.

export function serve(req: Request): Promise<Response> {
  return fetchRequestHandler({ endpoint: '/trpc', req, router, createContext, allowMethodOverride: true });
}
