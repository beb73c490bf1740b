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

const search = tool
  .input(z.object({ text: z.string(), limit: z.int().max(100).default(20) }))
  .query(({ input }) => ({ items: [{ id: 'c1', name: input.text }] }));

const customersV1 = t.router({ find, remove: tool.mutation(() => ({ removed: true })) });
const customersV2 = t.router({ search, archive: tool.mutation(() => ({ archived: true })) });

const v1 = mcpHandler(t.router({ customers: customersV1 }), { server: { name: 'acme', version: '1.0.0' } });
const v2 = mcpHandler(t.router({ customers: customersV2 }), { server: { name: 'acme', version: '2.0.0' } });

export const listener: RequestListener = (req, res) => {
  if (req.url?.startsWith('/mcp/v1')) return void v1(req, res);
  if (req.url?.startsWith('/mcp/v2')) return void v2(req, res);
  return void res.writeHead(404).end();
};

const both = t.router({ customers: t.mergeRouters(customersV1, customersV2) });
const ofV1 = ['customers.find', 'customers.remove'] as const;

const v1OfBoth = mcpHandler(both, { expose: { include: ofV1 } });
const v2OfBoth = mcpHandler(both, { expose: { exclude: ofV1 } });

export const listenerOfOneRouter: RequestListener = (req, res) =>
  void (req.url?.startsWith('/mcp/v1') ? v1OfBoth : v2OfBoth)(req, res);

export function createProtectedApp(origin: string, verify: VerifyToken): RequestListener {
  const endpoint = (path: string) =>
    bearer({ verify, resource: `${origin}${path}`, authorizationServers: ['https://login.example.com'] });
  const oauth = { v1: endpoint('/mcp/v1'), v2: endpoint('/mcp/v2') };

  const handlers = {
    '/mcp/v1': mcpHandler(t.router({ customers: customersV1 }), { auth: oauth.v1 }),
    '/mcp/v2': mcpHandler(t.router({ customers: customersV2 }), { auth: oauth.v2 }),
    '/.well-known/oauth-protected-resource/mcp/v1': resourceMetadataHandler(oauth.v1),
    '/.well-known/oauth-protected-resource/mcp/v2': resourceMetadataHandler(oauth.v2),
  };

  return (req, res) => {
    const [, handler] = Object.entries(handlers).find(([path]) => req.url?.startsWith(path)) ?? [];
    if (handler) return void handler(req, res);
    return void res.writeHead(404).end();
  };
}
