import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createApp } from './app/router.ts';
import { toHttp } from './load/request.ts';
import { toTable } from './report/markdown.ts';
import { timePer } from './run/cpu.ts';
import { quantile, toFigure, toRatio } from './run/stats.ts';

// Compares plain calls of this core with those of another version of it, in one process and in turns:
// `compare ../../other/packages/core`. Both have to be built. The first line compares this version with itself, and shows
// which differences mean nothing. Other load on the machine makes rounds slower and none faster, so that the fastest tell most.

const rounds = 151;
const callsInRound = 100;

type Handle = (request: Request) => Promise<Response>;
type Adapter = { mcpHandler: (router: unknown, options: object) => Handle };

const [other] = process.argv.slice(2);
if (other === undefined) throw new Error('compare needs the folder of another packages/core that was built');
const own = createRequire(import.meta.url)
  .resolve('@trpc-mcp/core/fetch')
  .replace(/dist.*$/, '');

async function createHandle(folder: string): Promise<Handle> {
  const { href } = pathToFileURL(resolve(folder, 'dist/adapters/fetch.js'));
  const { mcpHandler } = (await import(href)) as Adapter;
  const createContext = ({ req }: { req: Request }) => ({ user: req.headers.get('authorization') });
  return mcpHandler(createApp({ fillers: 8 }), { createContext });
}

const byTime = (a: number, b: number) => a - b;
const kinds = [
  ['2026-07-28', { procedure: 'hello', input: { name: 'Ada' } }],
  ['2025-11-25', { procedure: 'hello', input: { name: 'Ada' } }],
  ['2026-07-28', { method: 'tools/list' }],
] as const;
const handles = {
  this: await createHandle(own),
  again: await createHandle(own),
  other: await createHandle(other),
};
const names = Object.keys(handles) as (keyof typeof handles)[];

for (const [protocol, ask] of kinds) {
  const { headers, body } = toHttp(protocol, ask);
  const times = { this: [] as number[], again: [] as number[], other: [] as number[] };
  for (let round = -5; round < rounds; round++) {
    // Each comes first as often as the others.
    const turns = names.map((_, index) => names[(index + round + names.length * 5) % names.length]!);
    for (const name of turns) {
      const time = await timePer(callsInRound, async () => {
        const request = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body });
        const response = await handles[name](request);
        if (response.status !== 200) throw new Error(`the answer is ${response.status}`);
        await response.text();
      });
      if (round >= 0) times[name].push(time);
    }
  }
  const row = (title: string, of: number[], to: number[]) => {
    const fastest = [of, to].map((list) => quantile(list.toSorted(byTime), 0.1)) as [number, number];
    return [title, (fastest[0] / fastest[1]).toFixed(3), toRatio(of, to).median.toFixed(3)];
  };
  console.log(
    `${protocol} ${'procedure' in ask ? 'tools/call' : ask.method}: ${toFigure(times.this).median.toFixed(1)} µs of CPU\n` +
      toTable(
        ['compared', 'fastest tenth of the rounds', 'median of the rounds'],
        [row('this ÷ this', times.again, times.this), row('this ÷ other', times.this, times.other)],
      ),
  );
}
process.exit();
