import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { type Authenticate, bearer, type HandlerOptions, jwt, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { inspector } from '@trpc-mcp/inspector';
import express, { type Express } from 'express';
import { createAuthorizationServer, keysPath } from './auth/authorization-server.ts';
import { allScopes } from './auth/scope.ts';
import { onChange } from './changes.ts';
import { createContextFor, findUserByToken, tokenIn } from './context.ts';
import type { Database } from './db/database.ts';
import { createPage } from './page.ts';
import { appRouter } from './router.ts';

/**
 * Makes the app that serves one router twice: `/trpc` for programs, such as the page at `/`, and `/mcp` for agents.
 * `url` is its public address, `shared` the state that it shares with other nodes.
 */
export async function createApp(
  db: Database,
  url: string,
  shared: Pick<HandlerOptions, 'bus' | 'store' | 'secret'> = {},
): Promise<Express> {
  const createContext = createContextFor(db);
  const resource = `${url}/mcp`;
  const oauth = bearer({
    verify: jwt({ issuer: url, jwksUri: url + keysPath }),
    resource,
    authorizationServers: [url],
    requiredScopes: ['backoffice:read'],
    // The scopes that clients request at first. If a tool needs more, the person is asked again.
    scopesSupported: ['backoffice:read'],
    resourceName: 'Back office',
  });
  const app = express();
  app.disable('x-powered-by');

  app.use(
    '/trpc',
    createExpressMiddleware({
      router: appRouter,
      createContext,
      onError: ({ error, path }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR') console.error(`${path ?? 'request'} failed:`, error);
      },
    }),
  );

  const mcp = mcpHandler(appRouter, {
    createContext,
    ...shared,
    auth: { ...oauth, authenticate: [plainTokens(db), oauth.authenticate] },
    // What a role may not do is for the model to read; what a client can act on keeps its status.
    return200ForErrors: 'forbidden',
    // Lets clients of 2025 be asked before an account is closed.
    legacy: 'sessions',
    // A viewer does not read about tools that only an admin may call.
    listing: 'permitted',
    page: inspector(),
    server: {
      name: 'back-office',
      version: '1.0.0',
      title: 'Back office',
      instructions:
        'The back office of a software company: customers, subscriptions, invoices, help-centre posts. Look things ' +
        'up before you change them: customers_search and posts_list return the ids that other tools want, ' +
        'whoami says who is signed in and what they may do. Amounts are US cents, times are UTC. A refusal says who may do it.',
    },
  });
  onChange(db, (change) => {
    if (change.kind === 'customer') mcp.notify.resourceUpdated(`customers://${change.id}`);
    else mcp.notify.resourcesChanged();
  });
  app.use('/mcp', mcp);

  app.use(resourceMetadataHandler(oauth));
  app.use(await createAuthorizationServer(db, url, resource));

  app.use(createPage());
  return app;
}

/** The tokens that the start-up text prints. They allow everything that their owner may do. */
export function plainTokens(db: Database): Authenticate {
  return async ({ headers }) => {
    const token = tokenIn(headers.get('authorization'));
    const user = token === undefined ? undefined : await findUserByToken(db, token);
    return user && { token: '', clientId: 'plain token', scopes: [...allScopes], extra: { sub: user.id } };
  };
}
