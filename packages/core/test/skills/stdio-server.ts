// The server behind the test of skills over stdio.
import { initTRPC } from '@trpc/server';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { McpMeta } from '../../src/index.ts';
import { skills } from './folder.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

serveStdio(router, { skills });
