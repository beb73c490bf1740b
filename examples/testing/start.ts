import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface RunningServer extends AsyncDisposable {
  /** The URL of its MCP endpoint. */
  url: string;
  /** The text that it printed until it was ready. */
  printed: string;
}

export interface StartOptions {
  folder: URL;
  env?: Record<string, string>;
  /** Finds the URL of the MCP endpoint in the printed text, or returns `undefined` while it is not there yet. */
  findUrl?: (printed: string) => string | undefined;
  /** How long it may take until it is ready. 100 seconds by default. */
  readyWithinMs?: number;
}

/** Runs `pnpm start` on a free port, and resolves when it has printed the URL of its MCP endpoint. */
export async function startScript(options: StartOptions): Promise<RunningServer> {
  return startCommand(await scriptOf(options.folder, 'start'), options);
}

/**
 * Starts a server with a shell command. `PORT` is 0. On disposal, the server and all processes that it started are
 * ended.
 */
export async function startCommand(
  command: string,
  {
    findUrl = (printed) => /http:\/\/\S+\/mcp\b/.exec(printed)?.[0],
    readyWithinMs = 100_000,
    ...options
  }: StartOptions,
): Promise<RunningServer> {
  const child = spawnCommand(command, options);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    const signal = (name: 'SIGTERM' | 'SIGKILL') => process.kill(-child.pid!, name);
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), 5000);
    await exit;
    clearTimeout(timer);
    // Some processes of the group may wait for requests that never end.
    try {
      signal('SIGKILL');
    } catch {
      // All processes have ended.
    }
  };
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        printed += chunk.toString();
        const found = findUrl(printed);
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${command} has stopped:\n${printed}`)));
      timer = setTimeout(() => reject(new Error(`${command} is never ready:\n${printed}`)), readyWithinMs);
    });
    return { url, printed, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `pnpm run client` and returns what it prints. Rejects if it fails. */
export async function runClient(folder: URL, ...args: string[]): Promise<string> {
  return runCommand([await scriptOf(folder, 'client'), ...args].join(' '), { folder });
}

/** Runs a shell command and returns its stdout. Rejects if it fails. */
export async function runCommand(command: string, options: StartOptions): Promise<string> {
  const child = spawnCommand(command, options);
  let printed = '';
  let complained = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${printed}\n${complained}`);
  return printed;
}

async function scriptOf(folder: URL, name: string): Promise<string> {
  const manifest = await readFile(new URL('package.json', folder), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string | undefined> };
  const script = scripts[name];
  if (script === undefined) throw new Error(`${folder.pathname}package.json has no script "${name}"`);
  return script;
}

function spawnCommand(command: string, { folder, env }: StartOptions) {
  const binaries = fileURLToPath(new URL('node_modules/.bin', folder));
  return spawn(command, {
    shell: true,
    // A separate process group, which can be ended as a whole.
    detached: true,
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${binaries}:${process.env['PATH']}`,
      PORT: '0',
      // Vitest sets variables that tell its children that they are tests.
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...env,
    },
  });
}
