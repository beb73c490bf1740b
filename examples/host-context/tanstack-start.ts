import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { appRouter, type Context } from './router.ts';
import { createFileRoute } from './start.ts';

export const createContext = (_: FetchCreateContextFnOptions, start: Context): Context => ({
  session: start.session,
});

const mcp = mcpHandler(appRouter, { createContext });
const serve = ({ request, context }: { request: Request; context: Context }) => mcp(request, context);

export const Route = createFileRoute('/api/mcp')({
  server: { handlers: { GET: serve, POST: serve, DELETE: serve } },
});
