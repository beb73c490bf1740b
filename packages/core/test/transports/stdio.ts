import { connectStdio } from '../clients.ts';
import { commandOf } from '../stdio/process.ts';
import type { Transport } from './transport.ts';

const command = commandOf(new URL('stdio-server.ts', import.meta.url).href);

/** Every client starts its own process, with its user in the environment. */
export const stdioTransport: Transport = {
  name: 'stdio',
  speaksHttp: false,
  start: () =>
    Promise.resolve({
      connect: (kind, user, elicit) =>
        connectStdio[kind](command, user === undefined ? {} : { AUTHORIZATION: `Bearer ${user}` }, elicit),
      // Closing the client ends its server.
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};
