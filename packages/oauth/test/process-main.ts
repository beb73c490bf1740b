/** One process of the app, started by process.ts, to which it tells where it listens and what its server does. */
import type { OAuthEvent } from '../src/index.ts';
import { startApp } from './app.ts';
import type { FromProcess, ProcessSettings } from './process.ts';
import { openStore } from './shared-store.ts';

const { url, place, keys, secret, options } = JSON.parse(process.argv[2]!) as ProcessSettings;
const tell = (message: FromProcess) => process.send!(message);

process.on('disconnect', () => process.exit());

const app = await startApp({
  url,
  store: openStore(place),
  options: {
    ...options,
    keys,
    secret,
    onEvent: ({ cause: _cause, ...event }: OAuthEvent) => tell({ kind: 'event', event }),
  },
});
tell({ kind: 'ready', url: app.origin });
