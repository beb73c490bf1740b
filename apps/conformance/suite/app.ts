import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Shape } from '../src/server.ts';

/** The app in a process of its own, on a free port. */
export interface RunningApp {
  url: string;
  stop(): Promise<void>;
}

const folder = fileURLToPath(new URL('..', import.meta.url));
const startMs = 60_000;

/** Starts the app as its `start` script does. Throws when it does not tell its URL. */
export async function startApp({ fastLane, legacy }: Shape): Promise<RunningApp> {
  const args = ['--import', 'tsx', '--conditions=@trpc-mcp/source', 'src/main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, PORT: '0', FAST_LANE: fastLane ? 'on' : 'off', LEGACY: legacy },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await exited;
  };
  const tooLate = setTimeout(() => child.kill(), startMs);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (!url) continue;
    clearTimeout(tooLate);
    child.stdout.resume();
    return { url, stop };
  }
  clearTimeout(tooLate);
  throw new Error('the app has ended before it told its URL');
}
