import type { IncomingMessage } from 'node:http';
import cookieSession from 'cookie-session';
import type { RequestHandler } from 'express';

const dayMs = 86_400_000;

/** Reads and writes the signed cookie of whoever has signed in with a browser, as `req.session`. */
export function createSession(secret: string): RequestHandler {
  return cookieSession({
    name: 'back_office',
    secret,
    maxAge: 7 * dayMs,
    httpOnly: true,
    // Other sites cannot send it with their forms and scripts.
    sameSite: 'lax',
  });
}

/** The id of whoever has signed in with this browser. */
export function userIdOf(req: Pick<IncomingMessage, 'headers'>): string | undefined {
  const { session } = req as { session?: { userId?: unknown } | null };
  return typeof session?.userId === 'string' ? session.userId : undefined;
}
