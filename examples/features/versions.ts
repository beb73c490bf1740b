import { initTRPC } from '@trpc/server';
import { bearer, type McpMeta, resourceMetadataHandler, type VerifyToken } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { RequestListener } from 'node:http';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

const find = tool
  .input(z.object({ name: z.string() }))
  .query(({ input }) => ({ customers: [{ id: 'c1', name: input.name }] }));

const customers = {
  v1: t.router({ find, remove: tool.mutation(() => ({ removed: true })) }),
  v2: t.router({
    search: tool
      .input(z.object({ text: z.string(), limit: z.int().max(100).default(20) }))
      .query(({ input }) => ({ items: [{ id: 'c1', name: input.text }] })),
    archive: tool.mutation(() => ({ archived: true })),
  }),
};

export const v1 = t.router({ customers: customers.v1 });
export const v2 = t.router({ customers: customers.v2 });

export function createApp(origin: string, verify: VerifyToken): RequestListener {
  const endpoint = (path: string) =>
    bearer({ verify, resource: `${origin}${path}`, authorizationServers: ['https://login.example.com'] });

  const oauth = { v1: endpoint('/mcp/v1'), v2: endpoint('/mcp/v2') };
  const handlers = {
    '/mcp/v1': mcpHandler(v1, { server: { name: 'acme', version: '1.0.0' }, auth: oauth.v1 }),
    '/mcp/v2': mcpHandler(v2, { server: { name: 'acme', version: '2.0.0' }, auth: oauth.v2 }),
  };
  const atRoot = {
    '/.well-known/oauth-protected-resource/mcp/v1': resourceMetadataHandler(oauth.v1),
    '/.well-known/oauth-protected-resource/mcp/v2': resourceMetadataHandler(oauth.v2),
  };
  return (req, res) => {
    for (const [path, handler] of Object.entries({ ...atRoot, ...handlers })) {
      if (req.url?.startsWith(path)) return void handler(req, res);
    }
    return void res.writeHead(404).end();
  };
}

export function createAppOfOneRouter(): RequestListener {
  const app = t.router({ customers: t.mergeRouters(customers.v1, customers.v2) });
  const handlers = {
    '/mcp/v1': mcpHandler(app, { expose: { include: ['customers.find', 'customers.remove'] } }),
    '/mcp/v2': mcpHandler(app, { expose: { exclude: ['customers.find', 'customers.remove'] } }),
  };
  return (req, res) => {
    const handler = req.url?.startsWith('/mcp/v1') ? handlers['/mcp/v1'] : handlers['/mcp/v2'];
    void handler(req, res);
  };
}
