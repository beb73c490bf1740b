import type { Settings } from './queue.ts';

/** What each process of the app is given. Without a Redis, there is no queue. */
export function readSettings({ REDIS_URL, SECRET, PREFIX }: NodeJS.ProcessEnv): Settings | undefined {
  if (!REDIS_URL) return undefined;
  return {
    redisUrl: REDIS_URL,
    secret: SECRET ?? 'a secret of at least 32 characters, the same everywhere',
    prefix: PREFIX ?? 'example-tasks',
  };
}
