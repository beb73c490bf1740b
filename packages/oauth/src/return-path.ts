import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OnEvent } from './event.ts';
import { readCookie, redirect, setCookie } from './reply.ts';
import type { Settings } from './settings.ts';

/** Sends people to the app's login page, and brings them back. */
export interface ReturnPath {
  /** Sends the browser to the login page. It comes back to `path`. */
  leave(res: ServerResponse, path: string): void;
  /** Whether somebody was sent to the login page who may have to go on from this page. */
  isWaiting(req: IncomingMessage): boolean;
  /** Goes on with a connection, if somebody has signed in on a page that did not bring them back. */
  resume(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Forgets where to come back to. */
  forget(req: IncomingMessage, res: ServerResponse): void;
}

const cookieName = 'oauth_return';

/**
 * The login page gets the path as `returnTo`. If it ignores that, the next page that the person opens goes on, because the
 * path is also in a cookie. Both hold only a path of this server, so that nobody is sent anywhere else.
 */
export function createReturnPath<TUser>(settings: Settings<TUser>, onEvent: OnEvent): ReturnPath {
  const { issuer, basePath, loginUrl, lifetimes } = settings;
  const isSecure = issuer.startsWith('https:');
  const own = new RegExp(`^${escapeRegExp(basePath)}/oauth/(?:interaction/[\\w-]+|connections)$`);
  const login = new URL(loginUrl, `${issuer}/`);
  const cookie = (value: string, maxAge: number) =>
    `${cookieName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const forget = (res: ServerResponse) => setCookie(res, cookie('', 0));
  return {
    leave(res, path) {
      setCookie(res, cookie(encodeURIComponent(path), lifetimes.interaction));
      const target = new URL(login);
      const { origin } = new URL(issuer);
      const isOwn = target.origin === origin;
      // A login page elsewhere cannot come back by a path.
      target.searchParams.set('returnTo', isOwn ? path : origin + path);
      redirect(res, isOwn ? target.pathname + target.search + target.hash : target.href);
    },
    isWaiting: (req) => isPageRequest(req) && readCookie(req, cookieName) !== undefined,
    async resume(req, res) {
      const path = decode(readCookie(req, cookieName) ?? '');
      if (path === undefined || !own.test(path)) return false;
      let user: TUser | undefined;
      try {
        user = await settings.findUser(req);
      } catch (cause) {
        // This is a page of the app, which has its own way to fail.
        onEvent({ type: 'failure', refused: false, message: 'findUser failed', cause });
      }
      if (user === undefined || user === null) return false;
      forget(res);
      redirect(res, path);
      return true;
    },
    forget(req, res) {
      if (readCookie(req, cookieName) !== undefined) forget(res);
    },
  };
}

/** Whether a person opens a page: a browser says so, and says that it is not for a frame. */
function isPageRequest({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || !headers.accept?.includes('text/html')) return false;
  const destination = headers['sec-fetch-dest'];
  return destination === undefined || destination === 'document';
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
