import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Shape } from '../src/server.ts';

/** The app in its own process, on a free port. */
export interface RunningApp {
  url: string;
  stop(): Promise<void>;
}

const folder = fileURLToPath(new URL('..', import.meta.url));
const startMs = 60_000;

/** Starts the app as its `start` script does. Throws if it does not print its URL. */
export async function startApp({ fastLane, legacy }: Shape): Promise<RunningApp> {
  const args = ['--import', 'tsx', '--conditions=@trpc-mcp/source', 'src/main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, PORT: '0', FAST_LANE: fastLane ? 'on' : 'off', LEGACY: legacy },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const tooLate = setTimeout(() => child.kill(), startMs);
  const url = await Promise.race([findUrl(child.stdout), ended.then(() => undefined)]);
  clearTimeout(tooLate);
  if (url === undefined) throw new Error('The app has ended before it told its URL');
  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function findUrl(stdout: Readable): Promise<string> {
  let printed = '';
  return new Promise((resolve) => {
    stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const url = /http:\S+(?=\n)/.exec(printed)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
}
