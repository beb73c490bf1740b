import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { jwt, type McpMeta } from '../../src/index.ts';

interface Context {
  user: { name: string } | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const query = t.procedure.meta({ mcp: true }).query(() => 1);
const router = t.router({
  tickets: t.router({ list: query, comments: t.router({ add: query }) }),
  ping: query,
});
const createContext = (): Context => ({ user: undefined });

test('mcp on a procedure of a builder without McpMeta is found where the router is mounted', () => {
  const plain = initTRPC.create();
  const tagged = plain.router({ ping: plain.procedure.meta({ mcp: { titel: 'Ping' } }).query(() => 1) });
  // @ts-expect-error nothing has checked what its procedures say of mcp
  expressHandler(tagged);
  // @ts-expect-error nor for this host
  fetchHandler(tagged);
  // @ts-expect-error nor for this one
  nodeHandler(tagged);

  interface AppMeta extends McpMeta {
    roles?: string[];
  }
  const extended = initTRPC.meta<AppMeta>().create();
  expressHandler(extended.router({ ping: extended.procedure.meta({ mcp: true, roles: [] }).query(() => 1) }));
});

test('expose takes only patterns that can match a path of the router', () => {
  expressHandler(router, { createContext, expose: { include: ['tickets.**'] } });
  expressHandler(router, { createContext, expose: { include: ['tickets.*', 'ping', '**', '*'] } });
  expressHandler(router, {
    createContext,
    expose: { exclude: ['tickets.comments.*', '**.list', '*.comments.**'] },
  });
  expressHandler(router, { createContext, expose: { include: ['tickets.comments.add'] } });
  // @ts-expect-error it is tickets
  expressHandler(router, { createContext, expose: { include: ['ticket.**'] } });
  // @ts-expect-error it is tickets
  expressHandler(router, { createContext, expose: { include: ['ticket.*'] } });
  // @ts-expect-error it is comments
  expressHandler(router, { createContext, expose: { exclude: ['tickets.comment.*'] } });
  // @ts-expect-error there is no such path
  expressHandler(router, { createContext, expose: { include: ['tickets.lst'] } });
  // @ts-expect-error it is the same on other hosts
  fetchHandler(router, { createContext, expose: { include: ['ticket.**'] } });
  // @ts-expect-error it is the same on other hosts
  nodeHandler(router, { createContext, expose: { include: ['ticket.**'] } });
});

test('ctx in visible is the context of the router', () => {
  t.procedure.meta({
    mcp: {
      visible: (ctx) => {
        expectTypeOf(ctx).not.toBeAny();
        expectTypeOf(ctx).toEqualTypeOf<Context>();
        return ctx.user?.name === 'ada';
      },
    },
  });
  // @ts-expect-error the context has no such key
  t.procedure.meta({ mcp: { visible: ({ usr }) => usr !== undefined } });

  // A meta for another context than the router's is a mistake that is found where it is mounted.
  const crossed = initTRPC.context<Context>().meta<McpMeta<{ tenant: string }>>().create();
  const wrong = crossed.router({
    ping: crossed.procedure.meta({ mcp: { visible: ({ tenant }) => tenant === 'acme' } }).query(() => 1),
  });
  // @ts-expect-error visible would get a context without a tenant
  expressHandler(wrong, { createContext });
});

test('jwt takes keys of its own, or the address of keys', () => {
  jwt({ issuer: 'https://issuer.example', jwksUri: 'https://issuer.example/keys' });
  jwt({ issuer: 'https://issuer.example', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } });
  // @ts-expect-error it needs one of them
  jwt({ issuer: 'https://issuer.example' });
});
