import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import cookieSession from 'cookie-session';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { McpRequest } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import {
  memoryOAuthStore,
  type OAuthEvent,
  oauthServer,
  type OAuthServerOptions,
  type OAuthStore,
} from '../src/index.ts';
import { createLogin, personOf } from './login.ts';
import { keys, secret } from './keys.ts';
import { type Person, People } from './people.ts';
import { type Context, router, type Scope, scopes } from './router.ts';

export interface AppSettings {
  /** The public address of the app. By default where it listens. */
  url?: string;
  /** The path below which the app and its authorization server are, such as `/shop`. `''` by default. */
  path?: string;
  port?: number;
  store?: OAuthStore;
  /** Options of `oauthServer` that differ from those of `createApp`. */
  options?: Partial<OAuthServerOptions<Person, Scope>>;
}

/** The app of these tests, which listens on this machine. */
export interface App extends AsyncDisposable {
  url: string;
  /** Where it listens. */
  origin: string;
  /** The URL of its MCP endpoint. */
  mcp: string;
  /** What the authorization server has told, in order. */
  events: OAuthEvent[];
  people: People;
  close(): Promise<void>;
}

/** Starts an app with a cookie login, a tRPC router, an MCP endpoint and the authorization server. */
export async function startApp({
  port = 0,
  path = '',
  store = memoryOAuthStore(),
  options,
  ...settings
}: AppSettings = {}): Promise<App> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = settings.url ?? origin + path;
  const events: OAuthEvent[] = [];
  const people = new People();
  const app = await createApp(url, people, { store, onEvent: (event) => events.push(event), ...options });
  server.on('request', (req, res) => {
    // A client would try a connection that it keeps once more after the app has been started again, and fail.
    res.shouldKeepAlive = false;
    app(req, res);
  });
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, origin, mcp: `${url}/mcp`, events, people, close, [Symbol.asyncDispose]: close };
}

/** Makes the app as its developer would write it. */
export async function createApp(
  url: string,
  people: People,
  options: Partial<OAuthServerOptions<Person, Scope>>,
): Promise<Express> {
  const path = new URL(url).pathname.replace(/\/$/, '');
  const app = express();
  app.disable('x-powered-by');
  app.use(cookieSession({ name: 'app', secret, sameSite: 'lax', httpOnly: true }));
  const oauth = await oauthServer<Person, Scope>({
    url,
    resource: `${url}/mcp`,
    scopes,
    findUser: (request) => personOf(request, people),
    loadUser: (id) => people.find(id),
    loginUrl: `${path}/login`,
    app: { name: 'Orchard' },
    keys,
    secret,
    ...options,
  });
  app.use(oauth.router);

  // The same person, whether they sit in front of a browser or an agent calls for them.
  const createContext = ({ req, mcp }: CreateExpressContextOptions & { mcp?: McpRequest }): Context => ({
    user: mcp ? (mcp.auth?.extra?.['user'] as Person | undefined) : personOf(req, people),
  });
  app.use(`${path}/mcp`, mcpHandler(router, { createContext, auth: oauth.auth }));
  app.use(`${path}/trpc`, createExpressMiddleware({ router, createContext }));
  app.use(path || '/', createLogin(people, path));
  return app;
}
