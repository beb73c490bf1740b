import type { IncomingMessage } from 'node:http';
import express, { Router } from 'express';
import type { People, Person } from './people.ts';

/** The app's own login, mounted at `path`: a page with a button for each person, and a cookie. */
export function createLogin(people: People, path: string): Router {
  const router = Router();
  const form = (action: string, content: string) =>
    `<!doctype html><html lang="en"><title>Orchard</title><form method="post" action="${path}${action}">${content}</form></html>`;

  // `/login/simple` is the page of an app that goes to its start page after every login.
  router.get(['/login', '/login/simple'], (req, res) => {
    const returnTo = req.path === '/login' ? toOwnPath(req.query['returnTo']) : '/';
    const buttons = people.list().map(({ id, name }) => {
      return `<button name="person" value="${id}">${escapeHtml(name)}</button>`;
    });
    res.send(
      form(
        '/login',
        `<input type="hidden" name="returnTo" value="${escapeHtml(returnTo)}">${buttons.join('')}`,
      ),
    );
  });
  router.get('/favicon.ico', (_req, res) => {
    res.status(204).end();
  });
  router.post('/login', express.urlencoded({ extended: false }), (req, res) => {
    const { person, returnTo } = (req.body ?? {}) as Record<string, unknown>;
    req.session = { person };
    res.redirect(303, toOwnPath(returnTo));
  });
  router.post('/logout', (req, res) => {
    req.session = null;
    res.redirect(303, `${path}/`);
  });
  router.get('/', (req, res) => {
    const person = personOf(req, people);
    res.send(form('/logout', person ? `<button>Sign out ${escapeHtml(person.name)}</button>` : ''));
  });
  return router;
}

/** Whoever is signed in with this browser. */
export function personOf(request: IncomingMessage, people: People): Person | undefined {
  const id = (request as { session?: { person?: unknown } }).session?.person;
  return typeof id === 'string' ? people.find(id) : undefined;
}

/** A login page that goes anywhere would help others to deceive its people. */
function toOwnPath(returnTo: unknown): string {
  const here = 'http://here.invalid';
  if (typeof returnTo !== 'string' || !returnTo.startsWith('/')) return '/';
  const url = new URL(returnTo, here);
  return url.origin === here ? url.pathname + url.search : '/';
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
