import { connectStdio } from '../clients.ts';
import { compileServer } from '../stdio/process.ts';
import type { Transport } from './transport.ts';

/** Every client starts a process of its own, with its user in the environment. */
export const stdioTransport: Transport = {
  name: 'stdio',
  speaksHttp: false,
  async start() {
    const command = await compileServer(new URL('stdio-server.ts', import.meta.url));
    return {
      connect: (kind, user, elicit) =>
        connectStdio[kind](command, user === undefined ? {} : { AUTHORIZATION: `Bearer ${user}` }, elicit),
      // A client that is closed ends its server.
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};
