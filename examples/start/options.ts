import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { appRouter } from './tools.ts';

export const createContext = () => ({ user: { name: 'Ada', role: 'viewer' as const } });

export const app = express();

app.use(
  '/mcp',
  mcpHandler(appRouter, {
    createContext, // required unless the router's context is empty
    server: { name: 'acme', version: '1.4.0', title: 'Acme', instructions: 'Amounts are in cents.' },
    expose: { include: ['customers.**', 'invoices.*'], exclude: ['*.close'] },
  }),
);

const t = initTRPC.meta<McpMeta>().create();
const timeRouter = t.router({ now: t.procedure.meta({ mcp: true }).query(() => new Date()) });

app.use('/time', mcpHandler(timeRouter));
