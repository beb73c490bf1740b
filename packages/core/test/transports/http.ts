import fastifyCookie from '@fastify/cookie';
import { serve as serveFetch } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { CreateHTTP2ContextOptions } from '@trpc/server/adapters/standalone';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { connect } from '../clients.ts';
import { createHttp2Fetch } from './http2-fetch.ts';
import { cookies, options, router, userOf } from './router.ts';
import type { HttpServed, Transport } from './transport.ts';

/** Each host, set up as users do it: `createContext` reads a header of the request, and sets cookies of the answer. */
const expressMcp = () =>
  expressHandler(router, {
    ...options,
    createContext({ req, res }) {
      for (const { name, value } of cookies) res.cookie(name, value);
      return { user: userOf(req.headers.authorization) };
    },
  });

const fastifyMcp = () =>
  fastifyHandler(router, {
    ...options,
    createContext({ req, res }) {
      for (const { name, value } of cookies) void res.setCookie(name, value, { path: '/' });
      return { user: userOf(req.headers.authorization) };
    },
  });

const setCookies = (res: { setHeader(name: string, value: string[]): unknown }) =>
  res.setHeader(
    'set-cookie',
    cookies.map(({ name, value }) => `${name}=${value}; Path=/`),
  );

export const httpTransports: Transport[] = [
  {
    name: 'Express',
    speaksHttp: true,
    start: () => overHttp1(http.createServer(express().use('/mcp', expressMcp()))),
  },
  {
    name: 'Express behind express.json()',
    speaksHttp: true,
    start: () => overHttp1(http.createServer(express().use(express.json({ limit: '4mb' }), expressMcp()))),
  },
  {
    name: 'Fastify',
    speaksHttp: true,
    async start() {
      const app = fastify();
      await app.register(fastifyCookie).register(fastifyMcp(), { prefix: '/mcp' });
      await app.ready();
      return overHttp1(app.server);
    },
  },
  {
    name: 'Fastify on HTTP/2',
    speaksHttp: true,
    async start() {
      const app = fastify({ http2: true });
      await app.register(fastifyCookie).register(fastifyMcp(), { prefix: '/mcp' });
      await app.ready();
      return overHttp2(app.server);
    },
  },
  {
    name: 'node:http',
    speaksHttp: true,
    start: () =>
      overHttp1(
        http.createServer(
          nodeHandler(router, {
            ...options,
            createContext({ req, res }) {
              setCookies(res);
              return { user: userOf(req.headers.authorization) };
            },
          }),
        ),
      ),
  },
  {
    name: 'node:http2',
    speaksHttp: true,
    start: () =>
      overHttp2(
        http2.createServer(
          nodeHandler(router, {
            ...options,
            createContext({ req, res }: CreateHTTP2ContextOptions) {
              setCookies(res);
              return { user: userOf(req.headers.authorization) };
            },
          }),
        ),
      ),
  },
  {
    name: "fetch, in Hono's Node server",
    speaksHttp: true,
    async start() {
      const handler = fetchHandler(router, {
        ...options,
        createContext({ req, resHeaders }) {
          for (const { name, value } of cookies) resHeaders.append('set-cookie', `${name}=${value}; Path=/`);
          return { user: userOf(req.headers.get('authorization')) };
        },
      });
      return overHttp1(serveFetch({ fetch: handler, hostname: '127.0.0.1', port: 0 }) as http.Server);
    },
  },
];

/** The official clients with their own `fetch`. */
async function overHttp1(server: http.Server): Promise<HttpServed> {
  const url = `${await listening(server)}/mcp`;
  return {
    connect: (kind, user, elicit) => connect[kind](url, headersOf(user), { ...(elicit && { elicit }) }),
    url,
    fetch,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function overHttp2(server: http2.Http2Server): Promise<HttpServed> {
  const origin = await listening(server);
  const client = createHttp2Fetch(origin);
  const url = `${origin}/mcp`;
  return {
    connect: (kind, user, elicit) => {
      const own = { fetch: client.fetch, ...(elicit && { elicit }) };
      return connect[kind](url, headersOf(user), own);
    },
    url,
    fetch: client.fetch,
    async [Symbol.asyncDispose]() {
      client.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function headersOf(user: string | undefined): Record<string, string> {
  return user === undefined ? {} : { authorization: `Bearer ${user}` };
}

async function listening(server: Server): Promise<string> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
