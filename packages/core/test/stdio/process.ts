import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

// An absolute path, because clients start servers in another folder.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** The command by which a client starts the server in a file of these tests. */
export function commandOf(file: string): { command: string; args: string[] } {
  return { command: process.execPath, args: ['--import', tsx, fileURLToPath(file)] };
}

/** A server as a child process, which reads and writes lines. */
export interface ServerProcess extends AsyncDisposable {
  /** Writes text as it is, and a message as one line of JSON. */
  send(message: string | Buffer | object): void;
  /** Closes the server's standard input. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Stops listening to the answers. */
  deafen(): void;
  /** The next line of its standard output, parsed. Rejects when there is none. */
  next(): Promise<unknown>;
  /** Resolves when its standard error contains this text. */
  seen(text: string): Promise<void>;
  /** All of its standard error so far. */
  stderr(): string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export function startServer(file: string, env: Record<string, string> = {}): ServerProcess {
  const { command, args } = commandOf(file);
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
