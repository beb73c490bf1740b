import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { eventually } from './eventually.ts';

const hasServer = spawnSync('redis-server', ['--version']).status === 0;
if (!hasServer && process.env['REQUIRE_REDIS_SERVER'])
  throw new Error('REQUIRE_REDIS_SERVER is set, and there is no redis-server');

/** Describes what needs servers of its own; where there is no `redis-server`, says so and runs nothing. */
export function describeOwnServers(name: string, tests: () => void): void {
  describe.skipIf(!hasServer)(hasServer ? name : `${name} (skipped: there is no redis-server)`, tests);
}

/** A Redis of a test's own, which keeps nothing. */
export interface OwnServer extends AsyncDisposable {
  port: number;
  /** Kills it, as a machine that loses power. */
  kill(): Promise<void>;
  /** Lets it stop in the middle of what it does, and go on again. */
  freeze(): void;
  thaw(): void;
}

export async function startServer(port: number, args: readonly string[] = []): Promise<OwnServer> {
  const keepsNothing = ['--save', '', '--appendonly', 'no'];
  // A replica gets everything at once, and not after five seconds, and is known to be one before ten have passed.
  const replicates = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const listens = ['--port', String(port), '--bind', '127.0.0.1'];
  // A replica writes what it gets from its master into a file, before it reads it.
  const directory = await mkdtemp(join(tmpdir(), 'trpc-mcp-redis-'));
  const all = [...listens, '--dir', directory, ...keepsNothing, ...replicates, ...args];
  return start('Ready to accept connections', port, all, directory);
}

/** Starts a sentinel that decides alone, and soon. */
export async function startSentinel(port: number, masterPort: number, password?: string): Promise<OwnServer> {
  const directory = await mkdtemp(join(tmpdir(), 'trpc-mcp-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
      ...(password === undefined ? [] : [`sentinel auth-pass main ${password}`]),
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 3000',
    ].join('\n'),
  );
  return start('+monitor master main', port, [file, '--sentinel'], directory);
}

/** `directory` is removed when the server ends. */
async function start(
  sign: string,
  port: number,
  args: readonly string[],
  directory: string,
): Promise<OwnServer> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const killNow = () => child.kill('SIGKILL');
  // Also when the process of the tests ends early.
  process.once('exit', killNow);
  const kill = async () => {
    process.off('exit', killNow);
    await killChild(child);
    await rm(directory, { recursive: true, force: true });
  };
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  try {
    await eventually(() => expect(text).toContain(sign));
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    port,
    kill,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}

async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Resolves when the replicas of a master have what it has now. */
export async function replicated(master: { info(section: 'replication'): Promise<string> }): Promise<void> {
  const offsetIn = (info: string, pattern: RegExp) => Number(pattern.exec(info)?.[1]);
  const reached = offsetIn(await master.info('replication'), /master_repl_offset:(\d+)/);
  await eventually(async () => {
    const info = await master.info('replication');
    expect(offsetIn(info, /state=online,offset=(\d+)/)).toBeGreaterThanOrEqual(reached);
  });
}

export async function freePort(): Promise<number> {
  for (;;) {
    const port = await portOf(0);
    // The nodes of a cluster talk to each other on a port that is 10,000 higher.
    const isFree = port + 10_000 < 65_536 && (await portOf(port + 10_000).catch(() => 0)) > 0;
    if (isFree) return port;
  }
}

async function portOf(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
