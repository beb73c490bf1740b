import express, { type ErrorRequestHandler, Router } from 'express';
import { errors, type Provider } from 'oidc-provider';
import { findPeople } from '../context.ts';
import type { Database } from '../db/database.ts';
import { errorPage, loginPage } from './login-page.ts';
import { allScopes, type Scope, scopesOf } from './scope.ts';

export const loginPath = '/oauth/login';

/** Serves the login page, and passes the person's decision to the authorization server. */
export function createLogin(provider: Provider, db: Database, resource: string): Router {
  const router = Router();

  router.get(`${loginPath}/:uid`, async (req, res) => {
    const { params } = await provider.interactionDetails(req, res);
    const clientId = String(params['client_id']);
    const client = await provider.Client.find(clientId);
    const page = loginPage({
      client: client?.clientName ?? clientId,
      redirectHost: new URL(String(params['redirect_uri'])).host,
      asked: scopesIn(params['scope']),
      people: await findPeople(db),
    });
    res.set({
      'cache-control': 'no-store',
      // Forbids frames, so that no other page can trick a person into a click here.
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    });
    res.type('html').send(page);
  });

  router.post(`${loginPath}/:uid`, express.urlencoded({ extended: false }), async (req, res) => {
    const { params } = await provider.interactionDetails(req, res);
    const { user: id } = (req.body ?? {}) as { user?: string };
    const user = (await findPeople(db)).find((person) => person.id === id);
    if (!user) {
      const refusal = { error: 'access_denied', error_description: 'The person did not sign in.' };
      await provider.interactionFinished(req, res, refusal);
      return;
    }
    const grant = new provider.Grant({ accountId: user.id, clientId: String(params['client_id']) });
    grant.addOIDCScope('openid offline_access');
    for (const scope of scopesIn(params['scope'])) {
      if (scopesOf[user.role].includes(scope)) grant.addResourceScope(resource, scope);
      else grant.rejectResourceScope(resource, scope);
    }
    await provider.interactionFinished(req, res, {
      login: { accountId: user.id, remember: false },
      consent: { grantId: await grant.save() },
    });
  });
  const explain: ErrorRequestHandler = (error, _req, res, next) => {
    // The page was left open for too long, or opened again from the history.
    if (error instanceof errors.SessionNotFound)
      res.status(400).send(errorPage('it has been finished, or given up'));
    else next(error);
  };
  router.use(loginPath, explain);
  return router;
}

function scopesIn(scope: unknown): Scope[] {
  const asked = typeof scope === 'string' ? scope.split(' ') : [];
  return allScopes.filter((each) => asked.includes(each));
}
