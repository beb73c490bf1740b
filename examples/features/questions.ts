import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

export const projects = new Set(['apollo', 'gemini', 'mercury']);

const remove = t.procedure
  .meta({ mcp: true })
  .input(z.object({ project: z.string() }))
  .mutation(async ({ input: { project } }) => {
    const answer = await getMcpCall()?.ask({
      message: `Remove ${project} and all that is in it?`,
      schema: z.object({
        name: z.string().describe('Type the name of the project'),
        reason: z.enum(['finished', 'mistake']).default('finished'),
      }),
    });
    // `undefined` over tRPC: there, the page of the app has asked.
    if (answer && (answer.action !== 'accept' || answer.content.name !== project)) {
      throw new TRPCError({ code: 'CONFLICT', message: `${project} stays: nobody has confirmed it.` });
    }
    projects.delete(project);
    return `${project} is gone`;
  });

/** The accounts whose page the person has completed. */
export const connected = new Set<string>();

const connect = t.procedure
  .meta({ mcp: true })
  .input(z.object({ account: z.string() }))
  .mutation(async ({ input: { account } }) => {
    const answer = await getMcpCall()?.ask({
      message: `Sign in to ${account} in your browser, then come back.`,
      url: `https://example.com/connect/${account}`,
    });
    if (answer?.action === 'accept' && connected.has(account)) return `${account} is connected`;
    return `${account} is not connected`;
  });

export const router = t.router({ remove, connect });

export function createApp(legacy: 'stateless' | 'sessions' = 'stateless') {
  return mcpHandler(router, { legacy });
}
