import { serveStdio } from '@trpc-mcp/core/stdio';
import { appRouter, type Context } from './router.ts';

// There is no request to read a header of: who is calling stands in the environment.
const createContext = (): Context => ({ author: process.env['NOTES_AUTHOR'] ?? 'somebody' });

serveStdio(appRouter, { createContext });
