import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { eventually } from './eventually.ts';

export interface TaskNodeSettings {
  name: string;
  url: string;
  prefix: string;
  secret: string;
  library: 'ioredis' | 'redis';
  /** How long a command of Redis may take. */
  timeoutMs: number;
}

/** What a node is told. */
export type ToTaskNode = { kind: 'finish'; id: string; value: string } | { kind: 'stop' };

/** What a node tells. */
export type FromTaskNode =
  | { kind: 'ready'; node: string; port: number; id?: undefined }
  | { kind: 'began' | 'aborted'; node: string; id: string }
  | { kind: 'error'; node: string; message: string; id?: undefined };

export interface TaskNode extends AsyncDisposable {
  url: string;
  /** All that it has told. */
  told: FromTaskNode[];
  /** Resolves when it has told that something has begun, or was aborted. */
  heard(kind: 'began' | 'aborted', id: string): Promise<void>;
  finish(id: string, value: string): void;
  /** Ends it as a machine ends that loses its power. */
  kill(): Promise<void>;
  /** Ends it as a deployment does. */
  stop(): Promise<void>;
}

/** Vitest runs elsewhere, where there is no tsx. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Starts a process of the app. */
export async function startTaskNode(settings: Omit<TaskNodeSettings, 'secret'>): Promise<TaskNode> {
  const whole: TaskNodeSettings = { ...settings, secret: 'a secret of thirty-two bytes or more' };
  const child = fork(new URL('./task-node.ts', import.meta.url), [JSON.stringify(whole)], {
    execArgv: ['--import', tsx, '--conditions=@trpc-mcp/source'],
  });
  const exit = once(child, 'exit');
  const told: FromTaskNode[] = [];
  child.on('message', (message: FromTaskNode) => told.push(message));
  const end = async (signal: 'SIGKILL' | undefined) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (signal) child.kill(signal);
    else child.send({ kind: 'stop' } satisfies ToTaskNode);
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exit;
    clearTimeout(timer);
  };
  const port = await portOf(child);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    told,
    async heard(kind, id) {
      await eventually(() => {
        const isHeard = told.some((message) => message.kind === kind && message.id === id);
        if (!isHeard) throw new Error(`${settings.name} has not told that ${id} ${kind}`);
      });
    },
    finish: (id, value) => void child.send({ kind: 'finish', id, value } satisfies ToTaskNode),
    kill: () => end('SIGKILL'),
    stop: () => end(undefined),
    [Symbol.asyncDispose]: () => end(undefined),
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the node ended with ${code} before it was ready`)));
    child.on('message', (message: FromTaskNode) => {
      if (message.kind === 'ready') resolve(message.port);
    });
  });
}
