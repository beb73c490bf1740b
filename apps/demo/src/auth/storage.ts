import type { Adapter, AdapterPayload } from 'oidc-provider';

/** The largest number of records. When a client registers in a loop, the oldest records are dropped. */
const maxRecords = 10_000;

/**
 * Makes the storage of the authorization server. It is in memory: when the demo stops, everybody is signed out, and
 * clients have to register again.
 */
export function createStorage(): (model: string) => Adapter {
  const records = new Map<string, { payload: AdapterPayload; expiresAt: number }>();

  const read = (key: string): AdapterPayload | undefined => {
    const record = records.get(key);
    if (record && record.expiresAt > Date.now()) return record.payload;
    records.delete(key);
    return undefined;
  };
  const find = (model: string, fits: (payload: AdapterPayload) => boolean) => {
    for (const [key, { payload }] of records) {
      if (key.startsWith(`${model}:`) && fits(payload)) return read(key);
    }
    return undefined;
  };

  return (model) => ({
    async upsert(id, payload, expiresIn) {
      if (records.size >= maxRecords) records.delete(records.keys().next().value!);
      const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
      records.set(`${model}:${id}`, { payload, expiresAt });
    },
    find: async (id) => read(`${model}:${id}`),
    findByUid: async (uid) => find(model, (payload) => payload.uid === uid),
    findByUserCode: async (code) => find(model, (payload) => payload.userCode === code),
    async consume(id) {
      const payload = read(`${model}:${id}`);
      if (payload) payload['consumed'] = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      records.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of records) {
        if (key.startsWith(`${model}:`) && payload.grantId === grantId) records.delete(key);
      }
    },
  });
}
