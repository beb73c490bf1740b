import type { AdapterPayload } from 'oidc-provider';
import { grantsOf, usedClientMs } from './adapter.ts';
import type { Records } from './records.ts';

/** What a person has allowed a client, whichever of its logins it uses. */
export interface Consent {
  userId: string;
  clientId: string;
  scopes: string[];
  /** In milliseconds since 1970. */
  since: number;
}

/** Remembers what people have allowed. */
export interface Consents {
  find(userId: string, clientId: string): Promise<Consent | undefined>;
  list(userId: string): Promise<Consent[]>;
  /** Adds scopes to what was allowed before. */
  allow(userId: string, clientId: string, scopes: readonly string[]): Promise<void>;
  /** Ends a connection: the consent, and every login. Access tokens of these logins are refused at once. */
  end(userId: string, clientId: string): Promise<boolean>;
  markUsed(userId: string, clientId: string): Promise<void>;
  lastUsed(userId: string, clientId: string): Promise<Date | undefined>;
}

export function createConsents(records: Records, ttlMs: number): Consents {
  const idOf = (userId: string, clientId: string) => JSON.stringify([userId, clientId]);
  const listOf = (userId: string) => `consents of ${userId}`;
  const find: Consents['find'] = (userId, clientId) =>
    records.get<Consent>('Consent', idOf(userId, clientId));
  const keepClient = async (clientId: string) => {
    const client = await records.get<AdapterPayload>('Client', clientId);
    if (client) await records.set('Client', clientId, client, usedClientMs);
  };
  return {
    find,
    async list(userId) {
      return await records.listGroup<Consent>(listOf(userId));
    },
    async allow(userId, clientId, scopes) {
      const before = await find(userId, clientId);
      const consent: Consent = {
        userId,
        clientId,
        scopes: [...new Set([...(before?.scopes ?? []), ...scopes])],
        since: before?.since ?? Date.now(),
      };
      await records.set('Consent', idOf(userId, clientId), consent, ttlMs, [listOf(userId)]);
      await keepClient(clientId);
    },
    async end(userId, clientId) {
      const was = await find(userId, clientId);
      await records.delete('Consent', idOf(userId, clientId));
      // A code or a refresh token without its grant is refused.
      await records.deleteGroup(grantsOf(userId, clientId));
      await records.delete('Used', idOf(userId, clientId));
      return was !== undefined;
    },
    async markUsed(userId, clientId) {
      await records.set('Used', idOf(userId, clientId), Date.now(), ttlMs);
      await keepClient(clientId);
    },
    async lastUsed(userId, clientId) {
      const at = await records.get<number>('Used', idOf(userId, clientId));
      return at === undefined ? undefined : new Date(at);
    },
  };
}
