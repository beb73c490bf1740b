import { initTRPC } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { bearer, type CallFailure, type FailureLimit, type McpMeta } from '../../src/index.ts';
import { call, eras, headersOf, rpcError, toMessage } from '../messages.ts';
import { listen, serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ read: t.procedure.meta({ mcp: true }).query(() => 'read') });
const resource = 'https://app.example.com/mcp';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const onError = () => undefined;

function limited(failureLimit: FailureLimit) {
  return bearer({
    verify: (token) =>
      token === 'good'
        ? { clientId: 'x', scopes: [], audience: resource, expiresAt: Date.now() / 1000 + 300 }
        : undefined,
    resource,
    authorizationServers: ['https://login.example.com'],
    failureLimit,
  });
}

const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

describe.each(eras)('in the %s era', (era) => {
  test('an address that has failed too often waits, and is told how long', async () => {
    const auth = limited({ max: 2, windowMs: 60_000 });
    await using app = await serve(mcpHandler(router, { auth, onError }));
    const statusWith = async (token: string) =>
      (await call(app.mcp, era, 'read', undefined, withToken(token))).status;
    // A request without a credential is not a failure, because every client begins with one.
    for (let times = 0; times < 3; times++) expect((await call(app.mcp, era, 'read')).status).toBe(401);
    expect([await statusWith('bad'), await statusWith('good'), await statusWith('worse')]).toEqual([
      401, 200, 401,
    ]);
    const { status, headers, body } = await call(app.mcp, era, 'read', undefined, withToken('good'));
    expect([status, headers.get('retry-after'), body]).toEqual([
      429,
      '60',
      rpcError(-32_600, 'too many credentials from this address were not valid; try again in 60 seconds', 1),
    ]);
    const metadata = await fetch(`${app.mcp}/.well-known/oauth-protected-resource`);
    expect(metadata.status).toBe(200);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await statusWith('good')).toBe(200);
  });
});

test('behind a proxy it is the address that the framework believes in', async () => {
  const auth = limited({ max: 1, windowMs: 60_000 });
  const statuses = async (mcp: string) => {
    const statusOf = async (address: string) =>
      (
        await call(mcp, 'modern', 'read', undefined, {
          ...withToken('bad'),
          'x-forwarded-for': address,
        })
      ).status;
    return [await statusOf('192.0.2.1'), await statusOf('192.0.2.1'), await statusOf('192.0.2.2')];
  };
  const behindProxy = express().set('trust proxy', true).use('/mcp', mcpHandler(router, { auth, onError }));
  await using trusting = await listen(behindProxy);
  expect(await statuses(trusting.mcp)).toEqual([401, 429, 401]);
  await using plain = await serve(mcpHandler(router, { auth, onError }));
  expect(await statuses(plain.mcp)).toEqual([401, 429, 429]);

  const app = fastify({ trustProxy: true });
  await app.register(fastifyHandler(router, { auth, onError }), { prefix: '/mcp' });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  expect(await statuses(`${url}/mcp`)).toEqual([401, 429, 401]);
  await app.close();
});

test('on fetch hosts the app says what an address is, and is told when it does not', async () => {
  const failures: CallFailure[] = [];
  const send = async (handler: ReturnType<typeof fetchHandler>, address: string) => {
    const headers = {
      ...headersOf('modern', 'tools/call', { name: 'read' }),
      ...withToken('bad'),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'cf-connecting-ip': address,
    };
    const body = JSON.stringify(toMessage('modern', 'tools/call', { name: 'read' }));
    return (await handler(new Request(resource, { method: 'POST', headers, body }))).status;
  };
  const window = { max: 1, windowMs: 60_000 };
  const byHeader = ({ headers }: Request) => headers.get('cf-connecting-ip') ?? undefined;
  const told = fetchHandler(router, { auth: limited({ ...window, address: byHeader }), onError });
  expect([
    await send(told, '192.0.2.1'),
    await send(told, '192.0.2.1'),
    await send(told, '192.0.2.2'),
  ]).toEqual([401, 429, 401]);
  const untold = fetchHandler(router, {
    auth: limited(window),
    onError: (failure) => failures.push(failure),
  });
  expect([await send(untold, '192.0.2.1'), await send(untold, '192.0.2.1')]).toEqual([401, 401]);
  const setUp = failures.filter(({ error }) => error.name === 'SetupError');
  expect(setUp).toHaveLength(1);
  expect(setUp[0]!.error.message).toContain('set failureLimit.address');
});

test('what we cannot find out is not counted against anybody', async () => {
  const auth = {
    ...limited({ max: 1, windowMs: 60_000 }),
    authenticate: () => new Promise<never>(() => {}),
  };
  await using app = await serve(mcpHandler(router, { auth, onError, hookTimeoutMs: 20 }));
  for (let times = 0; times < 3; times++) {
    expect((await call(app.mcp, 'modern', 'read', undefined, withToken('x'))).status).toBe(401);
  }
});
