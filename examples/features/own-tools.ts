import { initTRPC, TRPCError } from '@trpc/server';
import { mcpPrompt, mcpResource, mcpTool, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const convert = mcpTool({
  name: 'convert_temperature',
  description: 'Converts degrees Celsius to degrees Fahrenheit.',
  input: z.object({ celsius: z.number() }),
  output: z.object({ fahrenheit: z.number() }),
  annotations: { readOnlyHint: true },
  run: ({ input }) => ({ fahrenheit: input.celsius * 1.8 + 32 }),
});

const status = mcpResource({
  name: 'status',
  uri: 'status://{service}',
  description: 'Whether a service is up.',
  run: ({ input }) => ({ service: input.service, isUp: true }),
});

const greet = mcpPrompt({
  name: 'greet',
  description: 'Asks for a greeting.',
  input: z.object({ name: z.string() }),
  run: ({ input }) => `Greet ${input.name}.`,
});

interface Context {
  user: string | undefined;
}

const restart = mcpTool({
  name: 'restart',
  description: 'Restarts the worker.',
  visible: (ctx: Context) => ctx.user === 'ada',
  run({ ctx }: { ctx: Context }) {
    if (ctx.user === 'ada') return 'The worker is starting.';
    throw new TRPCError({ code: 'FORBIDDEN', message: 'Only Ada restarts the worker.' });
  },
});

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const router = t.router({
  whoAmI: t.procedure.meta({ mcp: true }).query(({ ctx }) => ctx.user ?? 'nobody'),
});

export const handler = mcpHandler(router, {
  createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() }),
  return200ForErrors: 'forbidden',
  tools: [convert, restart],
  resources: [status],
  prompts: [greet],
});
