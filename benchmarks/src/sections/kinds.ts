import { fetchBody } from '../load/check.ts';
import type { Ask } from '../load/request.ts';
import { type Running, startOrThrow } from '../run/child.ts';
import { measure, type Pace, type Run, type Series } from '../run/measure.ts';
import { findTarget, nameOf, type Target } from '../target.ts';

/** One procedure as a tool, a resource and a prompt, on one host of ours. */
export interface KindResult {
  target: Target;
  /** `tools/call` is the first. */
  methods: { method: string; series: Series }[];
}

const asks: Record<string, Ask> = {
  'tools/call': { procedure: 'greet', input: { name: 'Ada' } },
  'resources/read': { uri: 'greetings://Ada' },
  'prompts/get': { prompt: 'greet', arguments: { name: 'Ada' } },
};

export async function measureKinds(pace: Pace): Promise<KindResult[]> {
  const servers: Running[] = [];
  for (const name of ['ours-express', 'ours-node']) {
    const server = await startOrThrow(findTarget(name), { kinds: true });
    for (const ask of Object.values(asks)) await checkGreeting(server, ask);
    servers.push(server);
  }
  const methods = Object.keys(asks);
  const toKey = ({ target }: Running, method: string) => `${nameOf(target)} ${method}`;
  const runs = servers.flatMap((server) =>
    methods.map((method): Run => ({
      key: toKey(server, method),
      server,
      ask: asks[method]!,
      connections: 64,
    })),
  );
  const series = await measure(runs, pace);
  for (const server of servers) server.stop();
  return servers.map((server) => ({
    target: server.target,
    methods: methods.map((method) => ({ method, series: series.get(toKey(server, method))! })),
  }));
}

/** A fast answer that is wrong does not count. */
async function checkGreeting({ port, target }: Running, ask: Ask): Promise<void> {
  const body = await fetchBody(port, target.protocol, ask);
  const { result } = JSON.parse(body) as {
    result?: Record<string, { text?: string; content?: { text: string } }[]>;
  };
  const [first] = result?.['contents'] ?? result?.['messages'] ?? result?.['content'] ?? [];
  const text = first?.text ?? first?.content?.text;
  if (text !== '{"greeting":"Hello Ada"}')
    throw new Error(`another answer than the greeting: ${body.slice(0, 300)}`);
}
