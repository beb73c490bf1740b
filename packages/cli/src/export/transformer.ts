import type { AnyTRPCRouter } from '@trpc/server';

/** How an app writes values over tRPC: as plain JSON, with superjson, or in a way of its own. */
export type Wire = 'json' | 'superjson' | 'own';

/** Finds out how a router writes values, by letting its transformer write one. */
export function wireOf(router: AnyTRPCRouter): Wire {
  const { transformer } = router._def._config;
  const value = { at: new Date(0) };
  const written = [transformer.input, transformer.output].map((each) => {
    try {
      return JSON.stringify(each.serialize(value));
    } catch {
      return undefined;
    }
  });
  if (written.every((each) => each === JSON.stringify(value))) return 'json';
  return written.every(isSuperjson) ? 'superjson' : 'own';
}

function isSuperjson(text: string | undefined): boolean {
  if (text === undefined) return false;
  const { json, meta } = JSON.parse(text) as {
    json?: { at?: unknown };
    meta?: { values?: { at?: unknown } };
  };
  return json?.at === '1970-01-01T00:00:00.000Z' && JSON.stringify(meta?.values?.at) === '["Date"]';
}
