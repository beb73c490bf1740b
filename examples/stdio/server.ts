import { serveStdio } from '@trpc-mcp/core/stdio';
import { appRouter, type Context } from './router.ts';

// There is no request with headers, so the environment says who is calling.
const createContext = (): Context => ({ author: process.env['NOTES_AUTHOR'] ?? 'somebody' });

serveStdio(appRouter, { createContext });
