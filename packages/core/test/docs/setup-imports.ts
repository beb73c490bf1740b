// What the examples of docs/setup-problems.md use.
import { initTRPC, lazy } from '@trpc/server';
import { aiCatalogHandler, bearer, bypassable, introspection, jwt, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler as fetchHandler } from '@trpc-mcp/core/fetch';
import { mcpHandler, readSkills } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

export const imports = {
  lazy,
  aiCatalogHandler,
  bearer,
  bypassable,
  introspection,
  jwt,
  mcpHandler,
  readSkills,
  fetchHandler,
  z,
  t,
  router,
};
