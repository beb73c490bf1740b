import type { Session } from './router.ts';

/** Stands for whatever an app reads its sessions with. Here the cookie holds the name itself. */
export function readSession(headers: Headers): Session | null {
  const [, name] = /(?:^|; )session=(\w+)/.exec(headers.get('cookie') ?? '') ?? [];
  return name ? { user: { name } } : null;
}
