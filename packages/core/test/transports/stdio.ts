import { connectStdio, type TestClient } from '../clients.ts';
import { compileServer } from '../stdio/process.ts';
import type { Transport } from './transport.ts';

/**
 * Every client starts a process of its own, with its user in the environment. That takes most of the time of these tests,
 * so tests of one kind of client share a process for each user; those whose client can be asked have their own.
 */
export const stdioTransport: Transport = {
  name: 'stdio',
  speaksHttp: false,
  async start() {
    const command = await compileServer(new URL('stdio-server.ts', import.meta.url));
    const shared = new Map<string, Promise<TestClient>>();
    return {
      async connect(kind, user, elicit) {
        const env: Record<string, string> = user === undefined ? {} : { AUTHORIZATION: `Bearer ${user}` };
        const open = () => connectStdio[kind](command, env, elicit);
        if (elicit !== undefined) return open();
        const key = `${kind} ${user}`;
        const client = shared.get(key) ?? open();
        shared.set(key, client);
        return { ...(await client), [Symbol.asyncDispose]: () => Promise.resolve() };
      },
      // A client that is closed ends its server.
      async [Symbol.asyncDispose]() {
        for (const client of shared.values()) await (await client)[Symbol.asyncDispose]();
      },
    };
  },
};
