import { type AddedTool, toAdded, toInput, withSchemes } from './added.ts';
import { toCodeFront } from './code-front.ts';
import type { CodeMode } from './code-mode.ts';
import { type FrontRules, isTold } from './front-rules.ts';
import { addAreas } from './front-areas.ts';
import { always, roomKey, usualRoom } from './listing-hints.ts';
import type { Tool } from './tool.ts';

/** What `tools/list` holds in place of all tools. */
export interface Front {
  /** The tools to search with, and those that are pinned; sorted by name. */
  tools: readonly (Tool | AddedTool)[];
  /** Whether the list depends on the caller. */
  isPersonal: boolean;
  /** Those of the tools to search with that are there. */
  names: ReadonlySet<string>;
  /** What answers them, where the app's tools are called from code. */
  code: CodeMode | undefined;
}

/** A tool with which other tools are found, described and called. */
export type DiscoveryTool = AddedTool<DiscoveryName>;

/** The tools with which other tools are found, described and called. */
export const discoveryNames = ['search_tools', 'describe_tools', 'run_query', 'run_mutation'] as const;

export type DiscoveryName = (typeof discoveryNames)[number];

/** The most calls of one `run_query`, names of one `describe_tools`, and results of one `search_tools`. */
export const mostAtOnce = 20;
/** How many tools a search finds where it does not say how many. */
export const defaultFound = 5;

/** Makes the front of these tools. Returns `undefined` if they are so few that all of them are listed. */
export function toFront(tools: readonly Tool[], rules: FrontRules): Front | undefined {
  const { discovery, isPersonal, isReadOnly, schemes } = rules;
  if (!discovery || tools.length === 0 || tools.length < discovery.over) return undefined;
  // Nothing that the list says may depend on what some callers may not know of.
  const told = tools.filter((tool) => isTold(tool, rules));
  const hasUntold = told.length < tools.length;
  const reads = hasUntold || told.some((tool) => tool.isReadOnly);
  const changes = !isReadOnly && (hasUntold || told.some((tool) => !tool.isReadOnly));
  const asksPerson = tools.some(({ confirm, isReadOnly: isReading }) => confirm && !isReading);
  const added: readonly AddedTool[] = discovery.code
    ? toCodeFront(discovery.code, told, { changes, asksPerson, most: rules.most })
    : [
        toSearch(told, reads, changes),
        describing,
        ...(reads ? [withRoom(running, told)] : []),
        ...(changes ? [withRoom(toChanging(asksPerson), told)] : []),
      ];
  const found = added.map((tool) => withSchemes(tool, schemes));
  const pinned = tools.filter((tool) => tool.pinned);
  return {
    tools: [...pinned, ...found].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    isPersonal: pinned.some(({ visible }) => visible) || (isPersonal && pinned.length > 0),
    names: new Set(found.map(({ name }) => name)),
    code: discovery.code,
  };
}

/** Where a tool gives more at once than clients take, the one that calls it says so too. */
function withRoom(runner: DiscoveryTool, told: readonly Tool[]): DiscoveryTool {
  const { modern } = runner.listed;
  const isReading = modern.annotations?.readOnlyHint === true;
  const rooms = told
    .filter((tool) => tool.isReadOnly === isReading)
    .map((tool) => Number(tool.listed.modern._meta?.[roomKey] ?? 0));
  const room = Math.max(0, ...rooms);
  return room > usualRoom
    ? toAdded({ ...modern, name: runner.name, _meta: { ...modern._meta, [roomKey]: room } })
    : runner;
}

function toSearch(told: readonly Tool[], reads: boolean, changes: boolean): DiscoveryTool {
  return toAdded({
    name: 'search_tools',
    title: 'Search tools',
    description: describeSearch(told, reads, changes),
    inputSchema: toInput(
      {
        query: { type: 'string', description: 'What you want to do, in a few words: "refund a payment"' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: mostAtOnce,
          default: defaultFound,
          description: 'How many tools to find',
        },
      },
      ['query'],
    ),
    annotations: { readOnlyHint: true, openWorldHint: false },
    _meta: always,
  });
}

const describing = toAdded({
  name: 'describe_tools',
  title: 'Describe tools',
  description:
    'Tells the arguments and results of tools that search_tools has found, as TypeScript signatures. Dates are texts in ISO 8601.',
  inputSchema: toInput(
    {
      names: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        maxItems: mostAtOnce,
        description: 'The names of the tools',
      },
      schema: { type: 'boolean', description: 'true tells their JSON Schemas in place of signatures' },
    },
    ['names'],
  ),
  annotations: { readOnlyHint: true, openWorldHint: false },
  _meta: always,
});

const argumentsSchema = {
  type: 'object',
  properties: {},
  additionalProperties: true,
  description: 'The arguments, as describe_tools tells them',
};

const running = toAdded({
  name: 'run_query',
  title: 'Run tools that read',
  description: `Calls tools that change nothing, and returns what they return. Takes up to ${mostAtOnce} calls, runs them in order, and stops at the first error.`,
  inputSchema: toInput(
    {
      calls: {
        type: 'array',
        minItems: 1,
        maxItems: mostAtOnce,
        items: {
          ...toInput(
            { name: { type: 'string', description: 'The name of the tool' }, arguments: argumentsSchema },
            ['name'],
          ),
        },
      },
    },
    ['calls'],
  ),
  annotations: { readOnlyHint: true },
  _meta: always,
});

function toChanging(asksPerson: boolean): DiscoveryTool {
  return toAdded({
    name: 'run_mutation',
    title: 'Run a tool that changes something',
    description: 'Calls one tool that may change something, and returns what it returns.',
    inputSchema: toInput(
      { name: { type: 'string', description: 'The name of the tool' }, arguments: argumentsSchema },
      ['name'],
    ),
    annotations: { readOnlyHint: false, destructiveHint: true },
    _meta: { ...always, ...(asksPerson && { 'anthropic/requiresUserInteraction': true }) },
  });
}

/** Says how to go on, which areas there are and how many tools they have, and as many names as there is room for. */
function describeSearch(told: readonly Tool[], reads: boolean, changes: boolean): string {
  const runners = [reads && 'run_query for what reads', changes && 'run_mutation for what changes something'];
  const how = `Finds tools of this app by what they do. describe_tools then tells their arguments, and they are called with ${runners.filter(Boolean).join(', or ')}.`;
  return addAreas(how, told);
}
