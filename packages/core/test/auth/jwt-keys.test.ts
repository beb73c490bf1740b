import { initTRPC } from '@trpc/server';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { bearer, jwt, type McpMeta } from '../../src/index.ts';
import { type Answer, call, request, rpcError } from '../messages.ts';
import { serve } from '../server.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ read: t.procedure.meta({ mcp: true }).query(() => 'read') });

const minute = 60_000;
const unknownKey = 'the token is signed with a key that its issuer does not have';
const unreachable = 'the authorization server cannot be reached to check the token; try again later';

// Only the clock is fake. Timers and sockets are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function protect(server: AuthorizationServer, failures: unknown[] = []) {
  const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
  const auth = bearer({ verify, resource, authorizationServers: [server.issuer] });
  return serve(mcpHandler(router, { auth, onError: (failure) => failures.push(failure) }));
}

const present = (app: { mcp: string }, token: string): Promise<Answer> =>
  call(app.mcp, 'modern', 'read', undefined, { authorization: `Bearer ${token}` });

/** The status, and the reason if there is one. */
async function outcome(answer: Promise<Answer>): Promise<unknown[]> {
  const { status, headers, body } = await answer;
  const description = /error_description="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1];
  const { error } = body as { error?: { message: string } };
  return [status, ...((description ?? error?.message) ? [description ?? error?.message] : [])];
}

test('keys are read once for many tokens, and at the same time for tokens that come together', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const tokens = await Promise.all([1, 2, 3, 4].map((sub) => server.issue({ sub: String(sub) })));
  const answers = await Promise.all(tokens.map((token) => outcome(present(app, token))));
  expect(answers).toEqual([[200], [200], [200], [200]]);
  expect(await outcome(present(app, tokens[0]!))).toEqual([200]);
  expect(server.asked).toEqual(['/keys']);
});

test('a key that is new is found at once, and again at the next rotation', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  for (const reads of [2, 3]) {
    await server.rotate();
    expect(await outcome(present(app, await server.issue()))).toEqual([200]);
    expect(server.asked).toHaveLength(reads);
  }
});

test('a key that does not exist is looked for once in ten seconds', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const forged = await server.issue({}, { ...server.key(), kid: 'nobody has it' });
  // The first token makes the endpoint read the keys, and these are as new as can be.
  expect(await outcome(present(app, forged))).toEqual([401, unknownKey]);
  expect(server.asked).toHaveLength(1);
  for (let tries = 0; tries < 3; tries++) {
    expect(await outcome(present(app, forged))).toEqual([401, unknownKey]);
  }
  expect(server.asked).toHaveLength(2);
  pass(9000);
  expect(await outcome(present(app, forged))).toEqual([401, unknownKey]);
  expect(server.asked).toHaveLength(2);
  pass(2000);
  expect(await outcome(present(app, forged))).toEqual([401, unknownKey]);
  expect(server.asked).toHaveLength(3);
});

test('a flood of invented keys makes five reads in ten seconds, and does not hinder who has a known key', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const known = await server.issue();
  expect(await outcome(present(app, known))).toEqual([200]);
  const flood = async (wave: string) => {
    for (let index = 0; index < 10; index++) {
      const forged = await server.issue({}, { ...server.key(), kid: `${wave} ${index}` });
      expect(await outcome(present(app, forged))).toEqual([401, unknownKey]);
    }
  };
  await flood('first');
  expect(server.asked).toHaveLength(5);
  await server.rotate();
  const fresh = await server.issue();
  expect(await outcome(present(app, fresh))).toEqual([401, unknownKey]);
  expect(await outcome(present(app, known))).toEqual([200]);
  expect(server.asked).toHaveLength(5);
  pass(10_000);
  expect(await outcome(present(app, fresh))).toEqual([200]);
  await flood('second');
  expect(server.asked).toHaveLength(10);
});

test('invented keys that come at the same time share the reads', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  const forged = await Promise.all(
    Array.from({ length: 20 }, (_, index) => server.issue({}, { ...server.key(), kid: `invented ${index}` })),
  );
  const answers = await Promise.all(forged.map((token) => outcome(present(app, token))));
  expect(answers).toEqual(forged.map(() => [401, unknownKey]));
  expect(server.asked.length).toBeGreaterThan(1);
  expect(server.asked.length).toBeLessThanOrEqual(5);
});

/** Runs while the answer of the authorization server is held back. */
async function whileHeld(server: AuthorizationServer, work: () => Promise<void>): Promise<void> {
  let release = () => {};
  server.held = new Promise((resolve) => (release = resolve));
  await work();
  server.held = undefined;
  release();
}

test('tokens with a new key that come together share one read', async () => {
  await using server = await startAuthorizationServer();
  const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
  const check = async (token: string) => (await verify(token, { resource }))?.subject;
  expect(await check(await server.issue())).toBe('ada');
  await server.rotate();
  const tokens = await Promise.all(['bob', 'cleo', 'dan'].map((sub) => server.issue({ sub })));
  let checks: Promise<unknown>[] = [];
  await whileHeld(server, async () => {
    checks = tokens.slice(0, 2).map(check);
    await vi.waitFor(() => expect(server.asked).toHaveLength(2), 15_000);
    // This one comes while the read is under way.
    checks.push(check(tokens[2]!));
  });
  expect(await Promise.all(checks)).toEqual(['bob', 'cleo', 'dan']);
  expect(server.asked).toHaveLength(2);
});

test('a key that is published while the keys are read is found by another read', async () => {
  await using server = await startAuthorizationServer();
  const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
  const check = async (token: string) => (await verify(token, { resource }))?.subject;
  const old = await server.issue();
  expect(await check(old)).toBe('ada');
  const forged = await server.issue({}, { ...server.key(), kid: 'nobody has it' });
  let refused: Promise<unknown> | undefined;
  let checks: Promise<unknown>[] = [];
  await whileHeld(server, async () => {
    refused = check(forged).catch((error: Error) => error.message);
    await vi.waitFor(() => expect(server.asked).toHaveLength(2), 15_000);
    await server.rotate();
    checks = [
      check(await server.issue({ sub: 'bob' })),
      check(await server.issue({ sub: 'cleo' })),
      check(old),
    ];
    // Who has a known key waits for nobody.
    expect(await checks[2]).toBe('ada');
  });
  expect(await refused).toBe(unknownKey);
  expect(await Promise.all(checks)).toEqual(['bob', 'cleo', 'ada']);
  expect(server.asked).toHaveLength(3);
});

test('a key without an id is replaced at once too, and a bad signature makes one read in ten seconds', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  await server.rotate({ keepOld: false, isNamed: false });
  const old = await server.issue();
  expect(await outcome(present(app, old))).toEqual([200]);
  expect(server.asked).toHaveLength(1);
  await server.rotate({ keepOld: false, isNamed: false });
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  expect(server.asked).toHaveLength(2);
  for (let tries = 0; tries < 3; tries++) {
    expect((await outcome(present(app, old)))[0]).toBe(401);
  }
  expect(server.asked).toHaveLength(2);
  pass(11_000);
  expect((await outcome(present(app, old)))[0]).toBe(401);
  expect(server.asked).toHaveLength(3);
});

test('a token without a key id is matched with the only key, also if that has an id', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  await server.rotate({ keepOld: false });
  const fresh = await server.issue({}, { ...server.key(), kid: undefined });
  expect(await outcome(present(app, fresh))).toEqual([200]);
  // With two keys, nobody can tell which one is meant.
  await server.rotate();
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  expect(await outcome(present(app, fresh))).toEqual([
    401,
    'the token does not say which key it is signed with',
  ]);
});

test('a bad signature of a known key makes no read', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const known = await server.issue();
  expect(await outcome(present(app, known))).toEqual([200]);
  const forged = `${known.slice(0, known.lastIndexOf('.'))}.${'A'.repeat(342)}`;
  expect((await outcome(present(app, forged)))[0]).toBe(401);
  expect(server.asked).toHaveLength(1);
});

test('a key removed by rotation is refused as soon as the new one is met', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const old = await server.issue();
  expect(await outcome(present(app, old))).toEqual([200]);
  await server.rotate({ keepOld: false });
  expect(await outcome(present(app, await server.issue()))).toEqual([200]);
  expect(await outcome(present(app, old))).toEqual([401, unknownKey]);
});

test('a key removed by rotation is refused after ten minutes, if nothing new is met', async () => {
  await using server = await startAuthorizationServer();
  await using app = await protect(server);
  const old = await server.issue({ exp: Math.floor(Date.now() / 1000) + 3600 });
  expect(await outcome(present(app, old))).toEqual([200]);
  await server.rotate({ keepOld: false });
  pass(9 * minute);
  expect(await outcome(present(app, old))).toEqual([200]);
  pass(2 * minute);
  const { status, headers } = await present(app, old);
  expect([status, headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${resource}/.well-known/oauth-protected-resource", error="invalid_token", error_description="${unknownKey}"`,
  ]);
});

describe.each(['down', 'broken'] as const)('while the authorization server is %s', (state) => {
  test('known keys go on working, new ones are answered 503, and it recovers by itself', async () => {
    await using server = await startAuthorizationServer();
    const failures: unknown[] = [];
    await using app = await protect(server, failures);
    const hour = Math.floor(Date.now() / 1000) + 7200;
    const known = await server.issue({ exp: hour });
    expect(await outcome(present(app, known))).toEqual([200]);
    await server.rotate();
    const fresh = await server.issue({ exp: hour });
    server.state = state;

    const answer = await present(app, fresh);
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toEqual([
      503,
      '5',
      rpcError(-32_603, unreachable, 1),
    ]);
    expect(failures).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ name: 'CredentialError' }) }),
    ]);
    expect((await request(app.mcp, 'legacy', 'ping', {}, { authorization: `Bearer ${fresh}` })).status).toBe(
      503,
    );
    expect(await outcome(present(app, known))).toEqual([200]);
    // Also after the time when the keys should be read again.
    pass(60 * minute);
    expect(await outcome(present(app, known))).toEqual([200]);
    expect(await outcome(present(app, fresh))).toEqual([503, unreachable]);
    // The authorization server is not asked for every request.
    const asked = server.asked.length;
    expect(await outcome(present(app, fresh))).toEqual([503, unreachable]);
    expect(await outcome(present(app, known))).toEqual([200]);
    expect(server.asked).toHaveLength(asked);

    server.state = 'up';
    pass(6000);
    expect(await outcome(present(app, fresh))).toEqual([200]);
    expect(await outcome(present(app, known))).toEqual([200]);
  });

  test('an endpoint that starts knows no key, and works when it is back', async () => {
    await using server = await startAuthorizationServer();
    await using app = await protect(server);
    const token = await server.issue();
    server.state = state;
    expect(await outcome(present(app, token))).toEqual([503, unreachable]);
    server.state = 'up';
    pass(6000);
    expect(await outcome(present(app, token))).toEqual([200]);
  });
});

test('without an onError it is printed that the authorization server is down, and tokens are not', async () => {
  await using server = await startAuthorizationServer();
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
  const auth = bearer({ verify, resource, authorizationServers: [server.issuer] });
  await using app = await serve(mcpHandler(router, { auth }));
  const token = await server.issue();
  server.state = 'down';
  await present(app, token);
  await present(app, 'another');
  expect(printed).toHaveBeenCalledTimes(1);
  expect(inspect(printed.mock.calls, { depth: 20 })).toContain('fetch failed');
  expect(inspect(printed.mock.calls, { depth: 20, showHidden: true })).not.toContain(token);
  printed.mockRestore();
});
