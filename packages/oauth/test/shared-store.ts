import { redisOAuthStore } from '@trpc-mcp/redis';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openPrefix } from '../../redis/test/server.ts';
import { type OAuthStore, postgresOAuthStore } from '../src/index.ts';
import { openSchema } from './postgres.ts';

/** Where several processes find the same store. It goes to them as JSON. */
export type StorePlace =
  { kind: 'redis'; url: string; prefix: string } | { kind: 'postgres'; url: string; table: string };

export interface SharedStore {
  name: string;
  /** Why it cannot be used here. */
  missing?: string;
  /** Makes a place that nobody else uses, and that is gone at the end. */
  open(): Promise<{ place: StorePlace } & AsyncDisposable>;
}

const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;

/** The stores that several processes can share. PGlite is in one process, and so is the store in memory. */
export const sharedStores: SharedStore[] = [
  {
    name: 'Redis',
    ...(!redisUrl && { missing: 'REDIS_URL is not set' }),
    async open() {
      const keys = openPrefix();
      return {
        place: { kind: 'redis', url: redisUrl!, prefix: keys.prefix },
        [Symbol.asyncDispose]: () => keys[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: 'PostgreSQL',
    ...(!databaseUrl && { missing: 'DATABASE_URL is not set' }),
    async open() {
      const schema = await openSchema(databaseUrl!);
      return {
        place: { kind: 'postgres', url: databaseUrl!, table: schema.table },
        [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
      };
    },
  },
];

/** Opens the store for one process, which holds it until it ends. */
export function openStore(place: StorePlace): OAuthStore {
  if (place.kind === 'redis') return redisOAuthStore(new Redis(place.url), { prefix: place.prefix });
  const pool = new pg.Pool({ connectionString: place.url, max: 4, connectionTimeoutMillis: 10_000 });
  return postgresOAuthStore(pool, { table: place.table });
}
