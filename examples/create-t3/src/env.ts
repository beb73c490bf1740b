import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const schema = z.object({
  /** Signs the cookies of sessions. Without it, everybody is signed out when the process ends. */
  AUTH_SECRET: z.string().min(32).optional(),
  /** The folder of the data. `memory://` keeps the data in memory. */
  DATABASE_DIR: z.string().min(1).default('.data/postgres'),
});

// Next.js loads a module once for pages and once for routes: they share this secret.
const shared = globalThis as { authSecret?: string };
shared.authSecret ??= randomBytes(32).toString('base64url');

const { AUTH_SECRET = shared.authSecret, ...others } = schema.parse(process.env);

export const env = { AUTH_SECRET, ...others };
