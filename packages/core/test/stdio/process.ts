import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const core = fileURLToPath(new URL('../..', import.meta.url));
const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');

/** How a client starts a server. */
export interface Command {
  command: string;
  args: string[];
}

/**
 * Compiles the server in a file of these tests, and says how a client starts it. Each test starts some, and compiling
 * it anew would take most of their time. It stands where it finds the packages that it imports.
 */
export async function compileServer(url: URL): Promise<Command> {
  const file = relative(core, fileURLToPath(url));
  const outDir = join(core, 'node_modules/.servers', file.replaceAll(sep, '-'));
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = { noEmit: false, noCheck: true, rootDir: core, outDir };
  const config = {
    extends: join(core, 'tsconfig.json'),
    compilerOptions,
    files: [join(core, file)],
    include: [],
  };
  await writeFile(join(outDir, 'tsconfig.json'), JSON.stringify(config));
  await promisify(execFile)(process.execPath, [tsc, '-p', outDir]);
  return { command: process.execPath, args: [join(outDir, file.replace(/\.ts$/, '.js'))] };
}

/** A server as a child process, spoken to line by line. */
export interface ServerProcess extends AsyncDisposable {
  /** Writes text as it is, and a message as a line. */
  send(message: string | Buffer | object): void;
  /** Hangs up. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Stops listening to the answers. */
  deafen(): void;
  /** The next line of its standard output, parsed. Rejects when there is none. */
  next(): Promise<unknown>;
  /** Resolves when this is in its standard error. */
  seen(text: string): Promise<void>;
  /** All of its standard error so far. */
  stderr(): string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export function startServer({ command, args }: Command, env: Record<string, string> = {}): ServerProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  const exit = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return {
    send(message) {
      const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
      child.stdin.write(isRaw ? message : `${JSON.stringify(message)}\n`);
    },
    end: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    deafen: () => child.stdout.destroy(),
    async next() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`the server has nothing more to say; standard error:\n${stderr}`);
      return JSON.parse(value) as unknown;
    },
    async seen(text) {
      while (!stderr.includes(text)) await once(child.stderr, 'data');
    },
    stderr: () => stderr,
    exit,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
