import { initTRPC } from '@trpc/server';
import { mcpHandler, type FetchMcpHandler } from '@trpc-mcp/core/fetch';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
import { estimateTokens } from '../../packages/core/src/tokens.ts';
import { toTable } from './report/markdown.ts';
import { timePer } from './run/cpu.ts';
import { toFigure, toRatio } from './run/stats.ts';

// What a search in place of a list costs and saves, in this process and without a socket, which would hide differences.
const rounds = 31;
const callsInRound = 300;

const t = initTRPC.meta<McpMeta>().create();
const areas = ['customers', 'invoices', 'orders', 'payments', 'products', 'projects', 'tickets', 'users'];
const verbs = [
  'list',
  'get',
  'create',
  'update',
  'archive',
  'export',
  'share',
  'assign',
  'comment',
  'approve',
];

/** A router of so many typical procedures, in areas. */
function createApp(count: number) {
  const paths = Array.from({ length: count }, (_, index) => ({
    area: areas[index % areas.length]!,
    name: `${verbs[Math.floor(index / areas.length) % verbs.length]}${Math.floor(index / 80) || ''}`,
    index,
  }));
  const input = z.object({
    id: z.uuid().describe('The id, as the list returns it'),
    status: z.enum(['open', 'paid', 'overdue']).optional().describe('Leaves out all others'),
    since: z.date().optional().describe('Leaves out what is older'),
    limit: z.int().min(1).max(100).default(20).describe('How many'),
  });
  const output = z.object({
    items: z.array(z.object({ id: z.uuid(), name: z.string(), total: z.number(), at: z.date() })),
    nextCursor: z.string().nullable(),
  });
  const routers = areas.slice(0, count).map((area) => {
    const members = paths.filter((path) => path.area === area);
    const procedures = members.map(({ name }) => {
      const description = `Lets you ${name} ${area}, by their id and status. Use it when somebody asks to ${name} one of the ${area}.`;
      const row = { id: crypto.randomUUID(), name, total: 1, at: new Date() };
      const made = t.procedure
        .meta({ mcp: { description } })
        .input(input)
        .output(output)
        .query(() => ({ items: [row, row], nextCursor: null }));
      return [name, made] as const;
    });
    return [area, t.router(Object.fromEntries(procedures))] as const;
  });
  return t.router(Object.fromEntries(routers));
}

function send(
  handler: FetchMcpHandler,
  method: string,
  params: Record<string, unknown> = {},
  query = '',
): Promise<Response> {
  return handler(
    new Request(`http://127.0.0.1/mcp${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }),
  );
}

async function tokensOf(answer: Promise<Response>): Promise<number> {
  const { result } = (await (await answer).json()) as {
    result: { tools?: unknown; content?: { text: string }[] };
  };
  return estimateTokens(result.tools ? JSON.stringify(result.tools) : result.content![0]!.text);
}

const args = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' };

async function measureCalls() {
  const handler = mcpHandler(createApp(124), { discovery: 'search' });
  const calls = {
    itself: () => send(handler, 'tools/call', { name: 'customers_list', arguments: args }),
    'through run_query': () =>
      send(handler, 'tools/call', {
        name: 'run_query',
        arguments: { calls: [{ name: 'customers_list', arguments: args }] },
      }),
  };
  const times = { itself: [] as number[], 'through run_query': [] as number[] };
  for (let round = -3; round < rounds; round++) {
    for (const name of round % 2 === 0
      ? (['itself', 'through run_query'] as const)
      : (['through run_query', 'itself'] as const)) {
      const time = await timePer(callsInRound, calls[name]);
      if (round >= 0) times[name].push(time);
    }
  }
  return times;
}

async function measureSearch(): Promise<number[]> {
  const handler = mcpHandler(createApp(1000), { discovery: 'search' });
  const queries = ['approve a payment', 'who owes us money', 'share overdue invoices', 'comment on a ticket'];
  const times: number[] = [];
  const search = async (index: number) => {
    const query = queries[index % queries.length]!;
    await (await send(handler, 'tools/call', { name: 'search_tools', arguments: { query } })).text();
  };
  for (let round = -1; round < rounds; round++) {
    const time = await timePer(20, search);
    if (round >= 0) times.push(time / 1000);
  }
  return times;
}

/** The tokens that a model reads for a task of so many tools: the list, a search for each, and one description of all. */
async function measureTask(count: number, tools: number): Promise<string[]> {
  const [listed, searched] = [
    mcpHandler(createApp(count), {}),
    mcpHandler(createApp(count), { discovery: 'search' }),
  ];
  const whole = await tokensOf(send(listed, 'tools/list'));
  const toolset = await tokensOf(send(listed, 'tools/list', {}, '?toolsets=customers'));
  let search = await tokensOf(send(searched, 'tools/list'));
  const names = areas.slice(0, tools).map((area) => `${area}_list`);
  for (const area of areas.slice(0, tools)) {
    const query = { query: `list ${area}`, limit: 3 };
    search += await tokensOf(send(searched, 'tools/call', { name: 'search_tools', arguments: query }));
  }
  search += await tokensOf(send(searched, 'tools/call', { name: 'describe_tools', arguments: { names } }));
  const share = `${((100 * search) / whole).toFixed(1)} %`;
  return [String(count), String(tools), String(whole), String(toolset), String(search), share];
}

const { itself, 'through run_query': through } = await measureCalls();
const ratio = toRatio(through, itself);
const search = toFigure(await measureSearch());
console.log(
  toTable(
    ['measure', 'median', 'at most'],
    [
      ['a call, CPU µs', toFigure(itself).median.toFixed(1), ''],
      ['a call through run_query, CPU µs', toFigure(through).median.toFixed(1), ''],
      ['the one ÷ the other', ratio.median.toFixed(3), '1.15'],
      ['a search over 1,000 tools, CPU ms', search.median.toFixed(2), '2'],
    ],
  ),
);
const tasks: string[][] = [];
for (const count of [10, 124, 500])
  for (const tools of [1, 3, 5]) tasks.push(await measureTask(count, tools));
console.log(
  toTable(
    ['tools', 'of which a task needs', 'list', 'list of one toolset', 'search', 'search ÷ list'],
    tasks,
  ),
);
process.exit(ratio.median <= 1.15 && search.median <= 2 ? 0 : 1);
