import { serve as serveFetch } from '@hono/node-server';
import { initTRPC, TRPCError } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler as expressHandler } from '../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { call, eras } from './messages.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const router = t.router({
  hello: t.procedure
    .meta({ mcp: true })
    .input(z.object({ name: z.string(), since: z.date().optional() }))
    .output(z.object({ greeting: z.string() }))
    .query(({ input, ctx }) => ({
      greeting: `${ctx.user} greets ${input.name} ${input.since?.getTime() ?? ''}`,
    })),
  deny: t.procedure.meta({ mcp: true }).mutation(() => {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
  }),
});

/** Each host as its users write it: the context reads a header of the request, and sets one of the answer. */
const hosts: Record<string, () => Promise<{ url: string; close: () => unknown }>> = {
  async express() {
    const app = express().use(
      '/mcp',
      expressHandler(router, {
        createContext({ req, res }) {
          res.cookie('seen', 'yes');
          return { user: req.get('authorization') };
        },
      }),
    );
    return listening(createServer(app));
  },
  async fastify() {
    const app = fastify();
    const handler = fastifyHandler(router, {
      createContext({ req, res }) {
        void res.header('set-cookie', 'seen=yes; Path=/');
        return { user: req.headers.authorization };
      },
    });
    await app.register(handler, { prefix: '/mcp' });
    // Outside of the plugin, Fastify's own parsers go on working.
    app.post('/echo', (request) => request.body);
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() };
  },
  async node() {
    const handler = nodeHandler(router, {
      createContext({ req, res }) {
        res.setHeader('set-cookie', 'seen=yes; Path=/');
        return { user: req.headers.authorization };
      },
    });
    return listening(createServer(handler));
  },
  async fetch() {
    const handler = fetchHandler(router, {
      createContext({ req, resHeaders }) {
        resHeaders.append('set-cookie', 'seen=yes; Path=/');
        return { user: req.headers.get('authorization') ?? undefined };
      },
    });
    return new Promise((resolve) => {
      const server = serveFetch({ fetch: handler, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
        resolve({ url: `http://127.0.0.1:${port}`, close: () => server.close() }),
      );
    });
  },
};

describe.each(Object.keys(hosts))('on %s', (host) => {
  test.each(clientKinds)('a client of kind %s lists and calls', async (kind) => {
    const { url, close } = await hosts[host]!();
    await using client = await connect[kind](`${url}/mcp`, { authorization: 'ada' });
    expect((await client.listTools()).map((tool) => tool['name'])).toEqual(['deny', 'hello']);
    const since = '2026-01-31T09:00:00Z';
    const { structuredContent } = await client.callTool({ name: 'hello', arguments: { name: 'Bo', since } });
    expect(structuredContent).toEqual({ greeting: `ada greets Bo ${Date.parse(since)}` });
    await client[Symbol.asyncDispose]();
    await close();
  });

  test.each(eras)(
    'status, challenge and headers of the context reach the answer in the %s era',
    async (era) => {
      const { url, close } = await hosts[host]!();
      const { status, headers } = await call(`${url}/mcp`, era, 'deny');
      expect([status, headers.get('www-authenticate'), headers.get('set-cookie')]).toEqual([
        401,
        'Bearer',
        'seen=yes; Path=/',
      ]);
      await close();
    },
  );

  test('a body that is too large or no JSON is told so', async () => {
    const { url, close } = await hosts[host]!();
    const answers = await Promise.all(
      ['{"broken', `"${'x'.repeat(5_000_000)}"`].map((body) =>
        fetch(`${url}/mcp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 413]);
    const { status, headers } = await fetch(`${url}/mcp`);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    await close();
  });
});

test('a Fastify app keeps its own parsers beside the plugin', async () => {
  const { url, close } = await hosts['fastify']!();
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/echo`, { method: 'POST', headers, body: '{"a":1}' });
  expect(await answer.json()).toEqual({ a: 1 });
  await close();
});

async function listening(server: ReturnType<typeof createServer>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
