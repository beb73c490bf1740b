import { checkTools, type ClientName, clientNames, clients, type Finding } from '@trpc-mcp/core/clients';
import { type Command, Option } from 'commander';
import { count } from '../count.ts';
import {
  describeListing,
  type ListedTool,
  type Listing,
  readListing,
  type TargetList,
  toListing,
} from '../list/list.ts';
import { describeTarget } from '../target/described.ts';
import { openTarget } from '../target/target.ts';
import type { Terminal } from '../terminal.ts';
import { type GivenTargetOptions, withTargetOptions } from './target-options.ts';

export function addList(program: Command, terminal: Terminal): void {
  const command = program
    .command('list')
    .description('Show the tools, resources and prompts of a target, by area.')
    .argument('[target]', 'a module such as src/router.ts#appRouter, or the URL of an endpoint')
    .addOption(new Option('--client <name>', 'show what this client takes of the list').choices(clientNames));
  withTargetOptions(command)
    .addHelpText('after', examples)
    .action(async (spec: string | undefined, options: GivenTargetOptions & { client?: ClientName }) => {
      const listing = await read(spec, options, terminal);
      const list = describeListing(listing);
      const view = options.client && viewOf(listing, options.client);
      if (options.json) terminal.printJson({ ...list, ...(view && { client: view }) });
      else show(list, view, terminal);
    });
}

const examples = `
Of a module, everything is listed that is served. With --ctx, it is what the caller with that context sees.

Examples:
  trpc-mcp list src/router.ts
  trpc-mcp list src/router.ts --client cursor
  trpc-mcp list https://app.example.com/mcp --header 'authorization: Bearer …'
  trpc-mcp list https://app.example.com/mcp --login --json`;

/** What a client makes of a list. */
interface ClientView {
  name: ClientName;
  /** How many tools it takes. */
  takes: number;
  /** The names of those that it loses. */
  loses: string[];
  findings: Finding[];
}

/** A module is read as it is. What a caller sees of it is asked of a handler, as it is of an endpoint. */
async function read(
  spec: string | undefined,
  options: GivenTargetOptions,
  terminal: Terminal,
): Promise<Listing> {
  if (options.ctx === undefined) {
    const described = await describeTarget(spec, options, terminal);
    if (described.module) return toListing(described);
    const { server, instructions, tools, resources, templates, prompts } = described;
    return { server, instructions, lists: { tools, resources, templates, prompts }, description: undefined };
  }
  const target = await openTarget(spec, options, terminal);
  try {
    return await terminal.work('Reading the lists', () => readListing(target));
  } finally {
    await target.close();
  }
}

function viewOf({ server, instructions, lists: { tools } }: Listing, name: ClientName): ClientView {
  const findings = checkTools(tools, [name], { serverName: server?.name, instructions });
  const isLost = findings.some(({ losesAll }) => losesAll);
  const lost = new Set(
    findings.flatMap(({ severity, tool }) => (severity === 'error' && tool !== undefined ? [tool] : [])),
  );
  const loses = tools.map((tool) => tool.name).filter((each) => isLost || lost.has(each));
  return { name, takes: tools.length - loses.length, loses, findings };
}

function show(list: TargetList, view: ClientView | undefined, terminal: Terminal): void {
  const { colors } = terminal;
  const { tools, resources, prompts, server } = list;
  if (terminal.isTerminal && server)
    terminal.print(`${colors.bold(server.title ?? server.name)} ${colors.dim(server.version)}\n`);
  const lost = new Set(view?.loses);
  if (tools.length > 0)
    terminal.table(
      ['tool', 'area', 'does', 'type', 'scopes', 'tokens'],
      tools.map((tool) => toRow(tool, lost, terminal)),
    );
  if (resources.length > 0) {
    if (terminal.isTerminal) terminal.print('');
    terminal.table(
      ['resource', 'uri', 'type'],
      resources.map(({ name, uri, mimeType = '' }) => [name, uri, mimeType]),
    );
  }
  if (prompts.length > 0) {
    if (terminal.isTerminal) terminal.print('');
    terminal.table(
      ['prompt', 'arguments'],
      prompts.map((prompt) => [prompt.name, prompt.arguments.join(', ')]),
    );
  }
  if (tools.length + resources.length + prompts.length === 0) terminal.note(nothing);
  terminal.note(
    `\n${count(tools.length, 'tool')}, ${count(resources.length, 'resource')}, ${count(prompts.length, 'prompt')}; the list of tools has about ${list.tokens.toLocaleString('en')} tokens.`,
  );
  if (view) tellView(view, terminal);
}

const nothing =
  'There is nothing that this caller may see. A procedure is listed when its meta has mcp: true, or the option tag names it.';

function toRow(
  { name, area, effect, asks, isHidden, type, scopes, tokens }: ListedTool,
  lost: ReadonlySet<string>,
  { colors }: Terminal,
): string[] {
  const paint = { reads: colors.green, changes: colors.yellow, destroys: colors.red }[effect];
  return [
    lost.has(name) ? colors.strikethrough(name) : name,
    area,
    paint([effect, ...(asks ? ['asks'] : []), ...(isHidden ? ['for some'] : [])].join(', ')),
    type ?? '',
    scopes.join(' '),
    String(tokens),
  ];
}

function tellView({ name, takes, loses, findings }: ClientView, terminal: Terminal): void {
  const { title } = clients[name];
  terminal.note(`${title} takes ${takes} of ${takes + loses.length} tools.`);
  for (const { tool, severity, message, fix } of findings) {
    const paint = severity === 'error' ? terminal.colors.red : terminal.colors.yellow;
    terminal.note(`${paint(severity)} ${tool ?? 'the list'}: ${message}. To change it: ${fix}.`);
  }
}
