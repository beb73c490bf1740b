import type { HandlerControls, HandlerOptions } from '@trpc-mcp/core';
import { InMemoryServerEventBus } from '@modelcontextprotocol/server';
import type { LongApp } from '../app/long.ts';
import { issuer, resource } from '../app/token.ts';
import { type App, type Context, createApp } from '../app/router.ts';
import { sharedStore } from '../app/shared-store.ts';
import type { ServerShape } from '../target.ts';

/** One handler of a server. */
export interface Mount {
  path: string;
  router: App | LongApp;
  options: HandlerOptions;
  /** Is called with the handler that was made. */
  take?: (handler: HandlerControls) => void;
}

/** Short, so that many sessions end by themselves while the load runs. */
const idleMs = 30_000;

/**
 * The handlers of a server. What is measured is served by the first. A soak adds `/long`, which keeps everything in the
 * memory of its handler, and `/one` and `/other`, which share a store and a bus as two processes do. What only some of them
 * need of `@trpc-mcp/core` is loaded for those alone: whoever imports `getMcpCall` makes each call slower before Node 24.
 */
export async function toMounts(shape: ServerShape): Promise<Mount[]> {
  // The lane can be switched off, to measure its effect.
  const common: HandlerOptions = {
    fastLane: process.env['FAST_LANE'] !== 'off',
    ...(await toOptions(shape)),
  };
  const first = { path: '/mcp', router: createApp(shape), options: common };
  if (!shape.soak) return [first];
  // A soak opens sessions, and uses idempotency keys.
  const soaked: HandlerOptions = {
    ...common,
    legacy: 'sessions',
    sessions: { max: 100, idleMs },
    callerId: ({ headers }) => headers.get('authorization') ?? undefined,
  };
  const { createLongApp } = await import('../app/long.ts');
  const long: HandlerOptions = { ...soaked, sessions: { max: 1000, idleMs } };
  return [
    { ...first, options: soaked },
    { path: '/long', router: createLongApp(), options: long },
    ...createPair(createLongApp, long),
  ];
}

async function toOptions({ handler, jwksUri }: ServerShape): Promise<HandlerOptions> {
  return {
    ...(handler === 'sessions' && { legacy: 'sessions', sessions: { max: 100_000 } }),
    ...(handler === 'permitted' && { listing: 'permitted' }),
    ...(jwksUri !== undefined && { auth: await createAuth(jwksUri) }),
  };
}

async function createAuth(jwksUri: string): Promise<NonNullable<HandlerOptions['auth']>> {
  const { bearer, jwt } = await import('@trpc-mcp/core');
  return bearer({ verify: jwt({ issuer, jwksUri }), resource, authorizationServers: [issuer] });
}

/** Two handlers that share sessions and tasks. What one of them puts into the queue is run by the other. */
function createPair(createLongApp: () => LongApp, long: HandlerOptions): Mount[] {
  const bus = new InMemoryServerEventBus();
  const secret = 'a secret of at least thirty-two bytes';
  const made = new Map<string, HandlerControls>();
  const createMount = (path: string, worker: string): Mount => ({
    path,
    router: createLongApp(),
    options: {
      ...long,
      store: sharedStore,
      bus,
      secret,
      tasks: {
        run(job) {
          // Some queues deliver a job twice.
          const times = Math.random() < 0.1 ? 2 : 1;
          for (let time = 0; time < times; time++)
            setImmediate(() => void made.get(worker)!.runTask(structuredClone(job)));
        },
        createContext: ({ subject }): Context => ({ user: subject }),
      },
    },
    take: (handler) => void made.set(path, handler),
  });
  return [createMount('/one', '/other'), createMount('/other', '/one')];
}
