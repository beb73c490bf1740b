import { readFile } from 'node:fs/promises';
import { getEncoding } from 'js-tiktoken';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { appRouter as demo } from '../../apps/demo/src/router.ts';
import { estimateTokens } from '../../packages/core/src/tokens.ts';
import { createApp } from './app/router.ts';
import { type ListedTool, listTools, toModelView } from './list.ts';
import { toTable } from './report/markdown.ts';

// How many tokens lists of tools have, as o200k_base counts them: `tokens [url of an endpoint] …`. Fails if the estimate of
// the package is off by more than a quarter, or if what the demo's list had on 2026-11-27 is not at least 30 % smaller now.
// The demo has got tools and arguments since then, which say nothing about how schemas are published.
const mostOff = 0.25;
const leastSaved = 0.3;
const o200k = getEncoding('o200k_base');

const typical = mcpHandler(createApp({ fillers: 100 }), { createContext: () => ({ user: 'ada' }) });
// A list needs no context, and no token where the endpoint lets everybody in.
const ofDemo = mcpHandler(demo, {
  createContext: () => Promise.reject(new Error('a list needs no context')),
  auth: { authenticate: () => undefined },
});
const before = JSON.parse(
  await readFile(new URL('../lists/demo-2026-11-27.json', import.meta.url), 'utf8'),
) as ListedTool[];
const after = await listTools('http://127.0.0.1/mcp', (request) => ofDemo(request));

const lists: [name: string, tools: ListedTool[]][] = [
  ['100 typical procedures', await listTools('http://127.0.0.1/mcp', (request) => typical(request))],
  ['the demo', after],
];
for (const url of process.argv.slice(2)) lists.push([url, await listTools(url, fetch)]);

const estimates = lists.map(([name, tools]) => {
  const [estimated, counted] = [estimateTokens(JSON.stringify(tools)), count(tools)];
  return { name, estimated, counted, off: estimated / counted - 1 };
});
console.log(
  toTable(
    ['list', 'estimated', 'o200k_base', 'off by'],
    estimates.map(({ name, estimated, counted, off }) => [
      name,
      String(estimated),
      String(counted),
      percent(off),
    ]),
  ),
);

// Tools and arguments that have another name now.
const thenNames: Record<string, string> = { whoami: 'users_me', issuedFrom: 'issuedSince' };
const savings = [
  {
    view: 'name, description, input schema of what both have',
    from: toModelView(before),
    to: toModelView(after.flatMap(withoutNew)),
  },
  { view: 'name, description, input schema', from: toModelView(before), to: toModelView(after) },
  { view: 'whole', from: before, to: after },
].map(({ view, from, to }) => ({ view, from: count(from), to: count(to) }));
console.log(
  toTable(
    ['the demo’s list', 'on 2026-11-27', 'now', 'difference'],
    savings.map(({ view, from, to }) => [view, String(from), String(to), percent(to / from - 1)]),
  ),
);

const isNew = ({ name }: ListedTool) => thenOf(name) === undefined;
const newTools = after.filter(isNew);
const newArguments = after.filter((tool) => !isNew(tool)).flatMap(newArgumentsOf);
const argumentsOfNew = newTools.flatMap(({ inputSchema }) => argumentsOf(inputSchema));
console.log(
  `New since then: ${newTools.map(({ name }) => name).join(', ')} with ${argumentsOfNew.length} arguments, and ` +
    `${newArguments.length} arguments of other tools: ${newArguments.join(', ')}.`,
);

const [byModel] = savings;
const isGood =
  estimates.every(({ off }) => Math.abs(off) <= mostOff) && byModel!.to <= (1 - leastSaved) * byModel!.from;
process.exit(isGood ? 0 : 1);

/** Leaves out the tools and arguments that the list of then did not have. */
function withoutNew(tool: ListedTool): ListedTool[] {
  if (!thenOf(tool.name)) return [];
  const { properties = {}, ...schema } = tool.inputSchema as { properties?: Record<string, unknown> };
  const added = new Set(newArgumentsOf(tool));
  const kept = Object.entries(properties).filter(([name]) => !added.has(name));
  return [{ ...tool, inputSchema: { ...schema, properties: Object.fromEntries(kept) } }];
}

function thenOf(name: string): ListedTool | undefined {
  return before.find((tool) => tool.name === (thenNames[name] ?? name));
}

function newArgumentsOf({ name, inputSchema }: ListedTool): string[] {
  const known = new Set(argumentsOf(thenOf(name)?.inputSchema));
  return argumentsOf(inputSchema).filter((each) => !known.has(thenNames[each] ?? each));
}

function argumentsOf(inputSchema: unknown): string[] {
  return Object.keys((inputSchema as { properties?: object } | undefined)?.properties ?? {});
}

function count(tools: readonly unknown[]): number {
  return o200k.encode(JSON.stringify(tools)).length;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
