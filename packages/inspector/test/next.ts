import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('next-app', import.meta.url));
const next = createRequire(import.meta.url).resolve('next/dist/bin/next');

/** Builds the Next.js app as for a deployment, and starts it on a port of this machine. */
export async function serveNextApp(): Promise<{ url: string } & AsyncDisposable> {
  const build = run('build');
  const told = collect(build);
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the Next.js app was not built:\n${told()}`);
  const server = run('start', '--hostname', '127.0.0.1', '--port', '0');
  const exit = once(server, 'exit');
  return {
    url: `${await originOf(server)}/mcp`,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await exit;
    },
  };
}

function run(...args: string[]) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } as const;
  return spawn(process.execPath, [next, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(child: ReturnType<typeof run>): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return () => text;
}

/** Finds the URL in what the server prints. */
async function originOf(server: ReturnType<typeof run>): Promise<string> {
  const told = collect(server);
  const isOver = once(server, 'exit').then(() => true);
  for (;;) {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(told())?.[0];
    if (origin) return origin;
    // oxlint-disable-next-line no-await-in-loop -- it prints one line after the other
    const hasEnded = await Promise.race([isOver, once(server.stdout, 'data').then(() => false)]);
    if (hasEnded) throw new Error(`the Next.js app did not start:\n${told()}`);
  }
}
