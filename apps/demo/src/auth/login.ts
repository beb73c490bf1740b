import express, { Router } from 'express';
import { findPeople, findUserBySession } from '../context.ts';
import type { Database } from '../db/database.ts';
import { loginPage } from './login-page.ts';
import { refuseOthers } from './same-origin.ts';

export const loginPath = '/login';

/** Serves the app's login: a page on which one chooses who one is, and the forms that sign in and out. */
export function createLogin(db: Database): Router {
  const router = Router();

  router.get(loginPath, async (req, res) => {
    const page = loginPage({
      people: await findPeople(db),
      signedIn: await findUserBySession(db, req),
      returnTo: toOwnPath(req.query['returnTo']),
    });
    res.set({
      'cache-control': 'no-store',
      // Without `form-action`: Chromium applies it also to where the form leads in the end, which can be a client.
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'same-origin',
    });
    res.type('html').send(page);
  });

  // Other sites cannot sign a person in as somebody else, or out.
  router.post(loginPath, refuseOthers, express.urlencoded({ extended: false }), async (req, res) => {
    const { person: id, returnTo } = (req.body ?? {}) as Record<string, unknown>;
    const person = (await findPeople(db)).find((one) => one.id === id);
    if (!person) {
      res.status(400).type('text/plain').send('Nobody here has this id.\n');
      return;
    }
    req.session = { userId: person.id };
    res.redirect(303, toOwnPath(returnTo));
  });

  router.post('/logout', refuseOthers, (req, res) => {
    req.session = null;
    res.redirect(303, loginPath);
  });
  return router;
}

/** A path of this app, so that nobody can send people elsewhere with a link to the login page. */
function toOwnPath(returnTo: unknown): string {
  const here = 'http://here.invalid';
  if (typeof returnTo !== 'string' || !returnTo.startsWith('/') || !URL.canParse(returnTo, here))
    return loginPath;
  const { origin, pathname, search } = new URL(returnTo, here);
  return origin === here ? pathname + search : loginPath;
}
