import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openBalancer } from '../../../apps/demo/src/balancer.ts';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { openPrefix } from './server.ts';

export interface NodeSettings {
  name: string;
  url: string;
  prefix: string;
  secret: string;
  library: 'ioredis' | 'redis';
}

/** What a node is told. */
export type ToNode =
  | { kind: 'notify'; list?: 'tools' | 'prompts' | 'resources'; uri?: string }
  | { kind: 'nothing' }
  | { kind: 'clock'; aheadMs: number }
  | { kind: 'flag'; isOn: boolean }
  | { kind: 'stop' };

/** What a node tells. */
export type FromNode =
  | { kind: 'ready'; node: string; port: number }
  | { kind: 'ran'; node: string; tool: string; input: { id: string } }
  | { kind: 'error'; node: string; message: string }
  /** It has heard of a change of this resource. */
  | { kind: 'heard'; node: string; uri: string }
  /** It has done what it was told. */
  | { kind: 'done'; node: string };

export interface Node {
  name: string;
  url: string;
  /** Resolves when it is done. */
  tell(message: ToNode): Promise<void>;
}

/** What went where. */
export interface Route {
  node: string;
  method: string | undefined;
  session: string | undefined;
}

/** Two processes of one app behind a balancer, which share a Redis: one by `ioredis`, one by `redis`. */
export interface Nodes extends AsyncDisposable {
  one: Node;
  other: Node;
  balancer: { url: string; routes: Route[] };
  /** Every time that a procedure which changes something has run for a customer, on any node. */
  runsOf(id: string): Promise<string[]>;
  /** What could not be shared, by node. */
  errors: Extract<FromNode, { kind: 'error' }>[];
}

export async function startNodes(url: string): Promise<Nodes> {
  const keys = openPrefix();
  const runs: Extract<FromNode, { kind: 'ran' }>[] = [];
  const errors: Nodes['errors'] = [];
  const heard = new Set<string>();
  const hear = (message: FromNode) => {
    if (message.kind === 'ran') runs.push(message);
    if (message.kind === 'heard') heard.add(`${message.node} ${message.uri}`);
    if (message.kind === 'error') errors.push(message);
  };
  const { prefix } = keys;
  const secret = 'a secret of thirty-two bytes or more';
  const started = await Promise.all([
    startNode({ name: 'one', url, prefix, secret, library: 'ioredis' }, hear),
    startNode({ name: 'other', url, prefix, secret, library: 'redis' }, hear),
  ]);
  const [one, other] = started;
  // On a busy machine, a node may miss its first time limit. It then says that every list may have changed.
  await eventually(async () => {
    for (const node of started) await node.tell({ kind: 'notify', uri: `app://from-${node.name}` });
    expect(heard).toEqual(
      new Set(started.flatMap(({ name }) => started.map((from) => `${name} app://from-${from.name}`))),
    );
  });
  errors.length = 0;
  const routes: Route[] = [];
  const balancer = await openBalancer(() => [one.url, other.url], {
    onRoute: (node, { headers }) => {
      const [method, session] = [headers['mcp-method'], headers['mcp-session-id']] as (string | undefined)[];
      routes.push({ node, method, session });
    },
  });
  return {
    one,
    other,
    balancer: { url: `${balancer.url}/mcp`, routes },
    async runsOf(id) {
      // What a node told before is heard before.
      await Promise.all(started.map((node) => node.tell({ kind: 'nothing' })));
      return runs.filter(({ input }) => input.id === id).map(({ tool }) => tool);
    },
    errors,
    async [Symbol.asyncDispose]() {
      await balancer[Symbol.asyncDispose]();
      await Promise.all(started.map((node) => node.stop()));
      await keys[Symbol.asyncDispose]();
    },
  };
}

/** Vitest runs elsewhere, where there is no tsx. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

async function startNode(
  settings: NodeSettings,
  hear: (message: FromNode) => void,
): Promise<Node & { stop(): Promise<void> }> {
  const child = fork(new URL('./node.ts', import.meta.url), [JSON.stringify(settings)], {
    execArgv: ['--import', tsx, '--conditions=@trpc-mcp/source'],
  });
  child.on('message', hear);
  const port = await portOf(child);
  const exit = once(child, 'exit');
  const tell = async (message: ToNode) => {
    const done = new Promise<void>((resolve) => {
      const listen = ({ kind }: FromNode) => {
        if (kind !== 'done') return;
        child.off('message', listen);
        resolve();
      };
      child.on('message', listen);
    });
    child.send(message);
    await done;
  };
  return {
    name: settings.name,
    url: `http://127.0.0.1:${port}/mcp`,
    tell,
    async stop() {
      child.send({ kind: 'stop' } satisfies ToNode);
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exit;
      clearTimeout(timer);
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the node ended with ${code} before it was ready`)));
    child.on('message', (message: FromNode) => {
      if (message.kind === 'ready') resolve(message.port);
    });
  });
}
