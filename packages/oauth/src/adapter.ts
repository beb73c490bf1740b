import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Records } from './records.ts';

/** What the adapter tells about, and asks for. */
export interface AdapterHooks {
  /** A code or a refresh token was used by two requests at once. Returns the error that refuses the second. */
  onReuse: (model: string, payload: AdapterPayload) => Error;
  /** Finds a client that has not registered. */
  findClient: (id: string) => Promise<AdapterPayload | undefined>;
}

const day = 86_400_000;

/** How long a registration lasts that no person has used yet. Whoever registers in a loop leaves nothing behind. */
export const unusedClientMs: number = day;

/** How long a registration lasts after its last use: longer than any refresh token. */
export const usedClientMs: number = 400 * day;

/** Connects oidc-provider with the store. */
export function createAdapter(records: Records, hooks: AdapterHooks): (model: string) => Adapter {
  return (model) => {
    const find = async (id: string): Promise<AdapterPayload | undefined> => {
      const payload = await records.get<AdapterPayload>(model, id);
      if (model === 'Client') return payload ? withoutAlgorithm(payload) : await hooks.findClient(id);
      if (!payload) return undefined;
      if (!consumed.has(model)) return payload;
      const at = await records.get<number>(`${model} used`, id);
      return at === undefined ? payload : { ...payload, consumed: at };
    };
    return {
      async upsert(id, payload, expiresIn) {
        const ttlMs = expiresIn === undefined ? unusedClientMs : expiresIn * 1000;
        await records.set(model, id, payload, ttlMs, groupsOf(model, payload));
        if (payload.uid !== undefined && model === 'Session')
          await records.set('Session uid', payload.uid, id, ttlMs);
      },
      find,
      async findByUid(uid) {
        const id = await records.get<string>('Session uid', uid);
        return id === undefined ? undefined : await find(id);
      },
      findByUserCode: () => Promise.resolve(undefined),
      async consume(id) {
        const payload = await records.get<AdapterPayload>(model, id);
        const ttlMs = Math.max(1, (payload?.exp ?? 0) * 1000 - Date.now());
        const at = Math.floor(Date.now() / 1000);
        // oidc-provider looked before whether it is used. Two requests can do that at once.
        if (!payload || !(await records.add(`${model} used`, id, at, ttlMs))) {
          if (payload?.grantId !== undefined) await records.delete('Grant', payload.grantId);
          throw hooks.onReuse(model, payload ?? {});
        }
      },
      async destroy(id) {
        await records.delete(model, id);
      },
      async revokeByGrantId(grantId) {
        await records.deleteGroup(`${model} of ${grantId}`);
      },
    };
  };
}

/** Clients do not choose the algorithm. One that registered before the app changed its keys must not keep the old one. */
function withoutAlgorithm(payload: AdapterPayload): AdapterPayload {
  const client = { ...payload };
  delete client['id_token_signed_response_alg'];
  return client;
}

const consumed = new Set(['AuthorizationCode', 'RefreshToken']);

/** The group with all the logins of a person with a client. */
export function grantsOf(accountId: string, clientId: string): string {
  return `grants of ${JSON.stringify([accountId, clientId])}`;
}

function groupsOf(model: string, { accountId, clientId, grantId }: AdapterPayload): string[] {
  if (model === 'Grant' && accountId !== undefined && clientId !== undefined)
    return [grantsOf(accountId, clientId)];
  return grantId === undefined ? [] : [`${model} of ${grantId}`];
}
