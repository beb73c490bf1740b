import { postgresOAuthStore } from '@trpc-mcp/oauth';
import { Pool } from 'pg';
import type { Settings } from './app.ts';

/** Reads what production needs from the environment. */
export function readProduction(env: NodeJS.ProcessEnv): Settings {
  const { DATABASE_URL, OAUTH_KEYS, OAUTH_SECRETS } = env;
  if (!DATABASE_URL || !OAUTH_KEYS || !OAUTH_SECRETS)
    throw new Error('Set DATABASE_URL, OAUTH_KEYS and OAUTH_SECRETS.');
  return {
    store: postgresOAuthStore(new Pool({ connectionString: DATABASE_URL })),
    keys: JSON.parse(OAUTH_KEYS) as NonNullable<Settings['keys']>,
    secret: OAUTH_SECRETS.split(','),
  };
}
