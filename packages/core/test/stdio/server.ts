// A server as apps write it: it logs to standard output, loads a router lazily, and has calls that take long.
import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serveStdio } from '../../src/adapters/stdio.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';

const t = initTRPC.context<{ url: URL | null; keys: string }>().meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const { env } = process;

const router = t.router({
  context: tool.query(({ ctx }) => ctx),
  log: tool.query(() => {
    console.log('from console.log');
    console.table([{ from: 'console.table' }]);
    process.stdout.write('from process.stdout\n');
    process.stdout.write(new TextEncoder().encode('from bytes\n'), () => console.info('from console.info'));
    return { logged: true };
  }),
  slow: tool.input(z.object({ ms: z.number() })).query(async ({ input }) => {
    await sleep(input.ms);
    return { slept: input.ms };
  }),
  patient: tool.mutation(async ({ signal }) => {
    console.error('patient started');
    await sleep(60_000, undefined, { signal }).catch(() => console.error('patient aborted'));
  }),
  deaf: tool.mutation(async () => {
    console.error('deaf started');
    await sleep(60_000);
  }),
  write: t.procedure.meta({ mcp: { scopes: ['customers:write'] } }).mutation(() => ({ written: true })),
  guide: t.procedure.meta({ mcp: { resource: { uri: 'guide://start' } } }).query(() => 'Welcome'),
  secret: t.procedure
    .use(({ next }) => {
      if (getMcpCall()?.auth?.scopes.includes('customers:write')) return next();
      throw new TRPCError({ code: 'FORBIDDEN', message: 'This is secret.' });
    })
    .meta({ mcp: { resource: { uri: 'guide://secret' } } })
    .query(() => 'The secret'),
  touch: tool.mutation(() => {
    server.notify.toolsChanged();
    server.notify.resourceUpdated('guide://secret');
    server.notify.resourceUpdated('guide://start');
    server.notify.resourceUpdated('guide://other');
    return {};
  }),
  late: lazy(async () => {
    await sleep(100);
    return { default: t.router({ ping: tool.query(() => ({ pong: true })) }) };
  }),
  broken: lazy((): Promise<{ default: typeof empty }> => Promise.reject(new Error('no such module'))),
});
const empty = t.router({});

const server = serveStdio(router, {
  server: {
    name: 'stdio-app',
    version: '1.0.0',
    instructions: (ctx) => `The URL is ${ctx.url?.href ?? 'none'}, the context ${ctx.keys}.`,
  },
  maxBodyBytes: 100_000,
  auth: {
    required: env['AUTH'] === 'required',
    authenticate({ TOKEN: token }) {
      if (token === 'expired')
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'the token has expired' });
      const scopes = token === 'writer' ? ['customers:write'] : [];
      return token === undefined ? undefined : { token, clientId: 'desktop', scopes };
    },
  },
  createContext: ({ info, mcp, ...others }) => ({
    url: info.url,
    keys: [...Object.keys(others), info.calls.map(({ path }) => path), mcp.tool?.name, mcp.auth?.token].join(
      ' ',
    ),
  }),
});

// Keeps the process alive, as a connection pool would.
if (env['POOL'] === 'open') setInterval(() => undefined, 1000);
if (env['POOL'] === 'closed') {
  const pool = setInterval(() => undefined, 1000);
  void server.closed.then(() => clearInterval(pool));
}
process.once('SIGUSR2', () => void server.close().then(() => console.log('"closed"')));
if (env['TWICE'] === 'yes') serveStdio(t.router({}), { createContext: () => ({ url: null, keys: '' }) });
void server.ready().catch((error: Error) => console.error(`ready: ${error.message}`));
