import { createExpressMiddleware } from '@trpc/server/adapters/express';
import type { Authenticate, HandlerOptions } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { inspector } from '@trpc-mcp/inspector';
import express, { type Express } from 'express';
import { agentOptions } from './agent.ts';
import { createLogin } from './auth/login.ts';
import { createOAuth } from './auth/oauth.ts';
import { allScopes } from './auth/scope.ts';
import { loadSecrets } from './auth/secrets.ts';
import { createSession } from './auth/session.ts';
import { onChange } from './changes.ts';
import { createChat } from './chat/chat.ts';
import type { ModelSettings } from './chat/model-settings.ts';
import { createContextFor, findUserByToken, tokenIn } from './context.ts';
import type { Database, WholeDatabase } from './db/database.ts';
import { createPage } from './page.ts';
import { appRouter } from './router.ts';

/**
 * Makes the app that serves one router three times: `/trpc` for programs, such as the page at `/`, `/mcp` for agents, and
 * `/chat` for the agent of the app itself. `url` is its public address, `shared` the state that it shares with other
 * nodes, `model` who answers in the chat.
 */
export async function createApp(
  db: WholeDatabase,
  url: string,
  shared: Pick<HandlerOptions, 'bus' | 'store' | 'secret'> = {},
  model: ModelSettings = { kind: 'scripted' },
): Promise<Express> {
  const createContext = createContextFor(db);
  const secrets = await loadSecrets(db);
  const oauth = await createOAuth(db, url, secrets);
  const app = express();
  app.disable('x-powered-by');

  app.use(createSession(secrets.session));
  app.use(oauth.router);
  app.use(createLogin(db));

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
    ...agentOptions,
    createContext,
    ...shared,
    auth: { ...oauth.auth, authenticate: [plainTokens(db), oauth.auth.authenticate] },
    // What a role may not do is for the model to read; what a client can act on keeps its status.
    return200ForErrors: 'forbidden',
    // Lets clients of 2025 be asked before an account is closed.
    legacy: 'sessions',
    page: inspector(),
  });
  onChange(db, (change) => {
    if (change.kind === 'customer') mcp.notify.resourceUpdated(`customers://${change.id}`);
    else mcp.notify.resourcesChanged();
  });
  app.use('/mcp', mcp);

  const { bus: _, ...kept } = shared;
  app.use(createChat({ db, model, secret: secrets.session, shared: kept }));
  app.use(createPage());
  return app;
}

/** The tokens that the start-up text prints. They allow everything that their owner may do. */
export function plainTokens(db: Database): Authenticate {
  return async ({ headers }) => {
    const token = tokenIn(headers.get('authorization'));
    const user = token === undefined ? undefined : await findUserByToken(db, token);
    if (!user) return undefined;
    const scopes = [...allScopes];
    return { token: '', clientId: 'plain token', subject: user.id, scopes, extra: { user } };
  };
}
