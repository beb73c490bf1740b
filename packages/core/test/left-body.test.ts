import { initTRPC } from '@trpc/server';
import express from 'express';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { headersOf, toAnswer, toMessage } from './messages.ts';
import { listen } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
const message = JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' }));
const headers = {
  'content-type': 'application/json',
  ...headersOf('modern', 'tools/call', { name: 'ping' }),
};

// Cast: Express 4 has what these tests use of Express 5, and no types are installed for it.
const express4 = createRequire(import.meta.url)('express4') as typeof express;

describe.each([
  ['4', express4],
  ['5', express],
])('on Express %s', (_, framework) => {
  const start = (...before: express.RequestHandler[]) => {
    const failures: CallFailure[] = [];
    const app = framework();
    for (const middleware of before) app.use(middleware);
    app.use('/mcp', mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    return listen(app).then((server) => ({ server, failures }));
  };
  const send = (url: string, body = message) =>
    fetch(`${url}/mcp`, { method: 'POST', headers, body }).then(toAnswer);

  test.each<[string, express.RequestHandler[]]>([
    ['nothing', []],
    ['JSON', [framework.json()]],
    ['forms', [framework.urlencoded({ extended: true })]],
    ['plain text', [framework.text()]],
    ['bytes', [framework.raw()]],
    ['JSON, as text', [framework.text({ type: 'application/json' })]],
    ['JSON, as bytes', [framework.raw({ type: 'application/json' })]],
    ['several types', [framework.text(), framework.urlencoded({ extended: false }), framework.json()]],
  ])('a body is read behind a parser for %s', async (__, parsers) => {
    const { server, failures } = await start(...parsers);
    await using _server = server;
    expect(await send(server.url)).toMatchObject({
      status: 200,
      body: { result: { structuredContent: { pong: true } } },
    });
    expect(failures).toEqual([]);
  });

  test('a body that middleware has paused is read', async () => {
    const { server, failures } = await start((req, __, next) => {
      req.pause();
      next();
    });
    await using _server = server;
    expect(await send(server.url)).toMatchObject({ status: 200 });
    expect(failures).toEqual([]);
  });

  test('a body that middleware has kept as bytes is read', async () => {
    const { server } = await start((req, __, next) => {
      const chunks: Uint8Array[] = [];
      req.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      req.on('end', () => {
        req.body = Uint8Array.from(Buffer.concat(chunks));
        next();
      });
    });
    await using _server = server;
    expect(await send(server.url)).toMatchObject({ status: 200 });
  });

  test('the JSON null is a mistake of the client, which no developer hears of', async () => {
    const { server, failures } = await start(framework.json({ strict: false }));
    await using _server = server;
    expect(await send(server.url, 'null')).toMatchObject({ status: 400 });
    expect(failures).toEqual([]);
  });

  test.each<[string, express.RequestHandler[]]>([
    ['without a parser', []],
    ['behind a parser for forms, which sets an empty object in Express 4', [framework.urlencoded()]],
  ])('a body that was consumed %s is told to the developer', async (__, parsers) => {
    const { server, failures } = await start(...parsers, (req, ___, next) => {
      req.resume().once('end', () => next());
    });
    await using _server = server;
    const { status, body } = await send(server.url);
    expect([status, failures.map(({ error }) => error.message)]).toEqual([
      500,
      [
        'the body of the request was consumed before the MCP handler got it; mount the handler before what reads it, or use a parser that keeps it in req.body, such as express.json()',
      ],
    ]);
    expect(body).toMatchObject({
      error: { code: -32_603, message: `Internal error (reference ${failures[0]!.reference})` },
    });
  });

  test('a body of which a part was read is told to the developer', async () => {
    const { server, failures } = await start((req, __, next) => {
      req.once('data', () => {
        req.pause();
        next();
      });
    });
    await using _server = server;
    expect((await send(server.url)).status).toBe(500);
    expect(failures.map(({ error }) => error.name)).toEqual(['BodyConsumed']);
  });

  test.each([
    ['none', ''],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['an empty text', '""'],
  ])('a client that sent %s is told so, and nobody else', async (__, body) => {
    const { server, failures } = await start(framework.json({ strict: false }));
    await using _server = server;
    expect((await send(server.url, body)).status).toBe(400);
    expect(failures).toEqual([]);
  });
});
