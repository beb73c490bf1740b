import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { Hono } from 'hono';
import { streamHandle } from 'hono/aws-lambda';
import { reports } from './reports.ts';

const createContext = ({ req }: FetchCreateContextFnOptions) => ({
  author: req.headers.get('x-author') ?? 'somebody',
});

const mcp = mcpHandler(reports, { createContext });

const app = new Hono();
app.all('/mcp', ({ req }) => mcp(req.raw));

/** The function behind a function URL with the invoke mode RESPONSE_STREAM. */
export const handler = streamHandle(app);
