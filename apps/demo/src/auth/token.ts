import { createHash } from 'node:crypto';

/** Turns a bearer token into what the database keeps of it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
