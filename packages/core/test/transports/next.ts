import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { connect } from '../clients.ts';
import { headersOf } from './http.ts';
import type { Transport } from './transport.ts';

const cwd = fileURLToPath(new URL('../next-app', import.meta.url));
const next = createRequire(import.meta.url).resolve('next/dist/bin/next');

/** Builds the app as for a deployment. */
export async function buildNextApp(): Promise<void> {
  const build = run('build');
  const output = collect(build);
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the Next.js app was not built:\n${output()}`);
}

/** Starts the built app. One process serves its pages and its app router. */
export const nextTransports: Transport[] = [
  toTransport('Next.js app router', '/mcp'),
  toTransport('Next.js API route', '/api/mcp'),
];

function toTransport(name: string, path: string): Transport {
  return {
    name,
    speaksHttp: true,
    async start() {
      const server = run('start', '--hostname', '127.0.0.1', '--port', '0');
      const exit = once(server, 'exit');
      const url = `${await originOf(server)}${path}`;
      return {
        url,
        fetch: fetchOnce,
        connect: (kind, user, elicit) => connect[kind](url, headersOf(user), { ...(elicit && { elicit }) }),
        async [Symbol.asyncDispose]() {
          server.kill('SIGKILL');
          await exit;
        },
      };
    },
  };
}

/** Next.js refuses a large body without reading it, so the connection cannot be used again. */
function fetchOnce(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set('connection', 'close');
  return fetch(input, { ...init, headers });
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
  const output = collect(server);
  const isOver = once(server, 'exit').then(() => true);
  for (;;) {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0];
    if (origin) return origin;
    const ended = await Promise.race([isOver, once(server.stdout, 'data').then(() => false)]);
    if (ended) throw new Error(`the Next.js app did not start:\n${output()}`);
  }
}
