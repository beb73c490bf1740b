import { initTRPC, TRPCError } from '@trpc/server';
import { expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { type AuthOptions, bearer, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create();
const refuse = (code: 'UNAUTHORIZED' | 'FORBIDDEN') => (): never => {
  throw new TRPCError({ code, message: 'no' });
};
const router = t.router({
  deny: t.procedure.meta({ mcp: true }).query(refuse('UNAUTHORIZED')),
  forbid: t.procedure.meta({ mcp: true }).query(refuse('FORBIDDEN')),
  scoped: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1),
  hidden: t.procedure.meta({ mcp: { visible: () => false, scopes: ['secret'] } }).query(() => 1),
  ping: t.procedure.meta({ mcp: true }).query(() => 1),
});

const own: AuthOptions = {
  authenticate({ headers }) {
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (token === 'bad') return refuse('UNAUTHORIZED')();
    return token === undefined ? undefined : { token, clientId: token, scopes: [] };
  },
  authorize: ({ auth }) => auth?.clientId !== 'eve' || 'Eve may not.',
};
const resourceServer = bearer({
  resource: 'https://api.example/mcp',
  authorizationServers: ['https://login.example'],
  verify(token) {
    if (token === 'bad') return undefined;
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    const scopes = token === 'ada' ? ['base'] : [];
    return { token, clientId: token, scopes, audience: 'https://api.example/mcp', expiresAt };
  },
  requiredScopes: ['base'],
});

test.each<[string, AuthOptions, () => object]>([
  ['of an app', own, () => ({})],
  ['of an app that wants a credential', { ...own, required: true }, () => ({})],
  ['of an OAuth resource server with scopes', resourceServer, () => ({})],
  ['of createContext without a credential', own, refuse('UNAUTHORIZED')],
  ['of createContext', own, refuse('FORBIDDEN')],
])(
  'refusals %s have one body for each status, and in it the challenge of the header',
  async (_, auth, createContext) => {
    const start = (return200ForErrors: boolean | 'forbidden') =>
      serve(
        mcpHandler(router, { auth, createContext, return200ForErrors, onError: () => {} } as HandlerOptions),
      );
    await using plain = await start(false);
    await using always = await start(true);
    await using forbidden = await start('forbidden');
    let challenges = 0;
    for (const era of eras)
      for (const user of [undefined, 'bad', 'eve', 'ada'])
        for (const name of Object.keys(router._def.procedures)) {
          const headers = user === undefined ? {} : { authorization: `Bearer ${user}` };
          const usual = await call(plain.mcp, era, name, {}, headers);
          const { body } = usual;
          expect((await call(always.mcp, era, name, {}, headers)).body).toEqual(body);
          expect((await call(forbidden.mcp, era, name, {}, headers)).body).toEqual(body);
          const challenge = usual.headers.get('www-authenticate');
          const meta = (body as { result?: { _meta?: Record<string, unknown> } }).result?._meta;
          expect(meta?.['mcp/www_authenticate']).toEqual(challenge === null ? undefined : [challenge]);
          expect(JSON.stringify([body, challenge])).not.toContain('secret');
          if (challenge !== null) challenges++;
        }
    expect(challenges).toBeGreaterThan(0);
  },
);
