import type { CreateNextContextOptions } from '@trpc/server/adapters/next';
import { mcpHandler } from '@trpc-mcp/core/node';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateNextContextOptions): Context => {
  const name = req.headers['x-user'];
  return { session: typeof name === 'string' ? { user: { name } } : null };
};

// Next.js parses bodies of up to 1 MB before the handler gets them. This allows more.
export const config = { api: { bodyParser: { sizeLimit: '4mb' } } };

export default mcpHandler(appRouter, { createContext });
