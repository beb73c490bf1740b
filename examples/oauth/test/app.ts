import { generateKey, memoryOAuthStore } from '@trpc-mcp/oauth';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type Settings } from '../app.ts';

export interface RunningApp extends AsyncDisposable {
  url: string;
  mcp: string;
}

/** A store, a key and a secret, so that no test waits for a new key. */
export async function createSettings() {
  return { store: memoryOAuthStore(), keys: [await key], secret: 'a secret that only the tests know' };
}

const key = generateKey();

/** Starts the example on a free port, which it has to know before. */
export async function startApp(settings?: Settings): Promise<RunningApp> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', await createApp(url, { ...(await createSettings()), ...settings }));
  return {
    url,
    mcp: `${url}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
