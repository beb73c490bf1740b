import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { OAuthEvent, OAuthServerOptions } from '../src/index.ts';
import { keys, secret } from './keys.ts';
import type { Person } from './people.ts';
import type { Scope } from './router.ts';
import type { StorePlace } from './shared-store.ts';

/** Goes to the process as JSON. */
export interface ProcessSettings {
  /** The public address of the app. */
  url: string;
  place: StorePlace;
  keys: NonNullable<OAuthServerOptions<Person>['keys']>;
  secret: string;
  options: Pick<
    OAuthServerOptions<Person, Scope>,
    'registration' | 'metadataDocuments' | 'scopesSupported' | 'ttl'
  >;
}

export type FromProcess = { kind: 'ready'; url: string } | { kind: 'event'; event: OAuthEvent };

/** The app in a process of its own. */
export interface AppProcess extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  /** What its authorization server has told so far. */
  events: OAuthEvent[];
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

/** Vitest runs elsewhere, where there is no tsx. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Starts the app of these tests in a process of its own, with the same keys and secret as every other one of this test file. */
export async function startProcess({
  env = {},
  ...settings
}: Pick<ProcessSettings, 'url' | 'place'> &
  Partial<ProcessSettings> & { env?: Record<string, string> }): Promise<AppProcess> {
  const complete: ProcessSettings = { keys, secret, options: {}, ...settings };
  const child = fork(new URL('./process-main.ts', import.meta.url), [JSON.stringify(complete)], {
    execArgv: ['--import', tsx, '--conditions=@trpc-mcp/source'],
    env: { ...process.env, ...env },
  });
  const events: OAuthEvent[] = [];
  child.on('message', (message: FromProcess) => {
    if (message.kind === 'event') events.push(message.event);
  });
  const exit = once(child, 'exit');
  const url = await urlOf(child);
  const kill = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  return { url, events, kill, [Symbol.asyncDispose]: kill };
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)));
    child.on('message', (message: FromProcess) => {
      if (message.kind === 'ready') resolve(message.url);
    });
  });
}
