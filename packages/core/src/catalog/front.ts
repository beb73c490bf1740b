import type { JsonObjectSchema } from '../schema/json-schema.ts';
import type { Era } from './era.ts';
import type { SecurityScheme } from './hints.ts';
import type { ListedTool, Tool } from './tool.ts';

/** Decides whether the list of tools holds all of them, or those with which a model finds them. */
export interface DiscoveryRule {
  /** From so many tools on, they are searched for. */
  over: number;
}

/** What `tools/list` holds in place of all tools. */
export interface Front {
  /** The tools to search with, and those that are pinned; sorted by name. */
  tools: readonly (Tool | DiscoveryTool)[];
  /** Whether the list depends on the caller. */
  isPersonal: boolean;
  /** Those of the tools to search with that are there. */
  names: ReadonlySet<string>;
}

/** A tool with which other tools are found, described and called. It is no procedure. */
export interface DiscoveryTool {
  name: DiscoveryName;
  visible: undefined;
  listed: Record<Era, ListedTool>;
}

/** The tools with which other tools are found, described and called. */
export const discoveryNames = ['search_tools', 'describe_tools', 'run_query', 'run_mutation'] as const;

export type DiscoveryName = (typeof discoveryNames)[number];

/** The most calls of one `run_query`, names of one `describe_tools`, and results of one `search_tools`. */
export const mostAtOnce = 20;
/** How many tools a search finds where it does not say how many. */
export const defaultFound = 5;

/** What decides about the list besides the tools. */
export interface FrontRules {
  discovery: DiscoveryRule | undefined;
  /** Whether each caller is listed only what it may call. */
  isPersonal: boolean;
  /** Whether only what changes nothing is served. */
  isReadOnly: boolean;
  /** How callers authenticate for what needs no scopes of its own. */
  schemes: readonly SecurityScheme[];
}

/** Makes the front of these tools. Returns `undefined` if they are so few that all of them are listed. */
export function toFront(tools: readonly Tool[], rules: FrontRules): Front | undefined {
  const { discovery, isPersonal, isReadOnly, schemes } = rules;
  if (!discovery || tools.length === 0 || tools.length < discovery.over) return undefined;
  // Nothing that the list says may depend on what some callers may not know of.
  const isTold = ({ visible, guards }: Tool) => !visible && !(isPersonal && guards.middlewares.length > 0);
  const told = tools.filter(isTold);
  const hasUntold = told.length < tools.length;
  const reads = hasUntold || told.some((tool) => tool.isReadOnly);
  const changes = !isReadOnly && (hasUntold || told.some((tool) => !tool.isReadOnly));
  const asksPerson = tools.some(({ confirm, isReadOnly: isReading }) => confirm && !isReading);
  const found = [
    toSearch(told, reads, changes),
    describing,
    ...(reads ? [withRoom(running, told)] : []),
    ...(changes ? [withRoom(toChanging(asksPerson), told)] : []),
  ].map((tool) => withSchemes(tool, schemes));
  const pinned = tools.filter((tool) => tool.pinned);
  return {
    tools: [...pinned, ...found].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    isPersonal: pinned.some(({ visible }) => visible) || (isPersonal && pinned.length > 0),
    names: new Set(found.map(({ name }) => name)),
  };
}

/** Clients that search by themselves would otherwise search for the tools to search with. */
const common = { 'anthropic/alwaysLoad': true };

const roomKey = 'anthropic/maxResultSizeChars';

function toTool(listed: ListedTool & { name: DiscoveryName }): DiscoveryTool {
  return { name: listed.name, visible: undefined, listed: { modern: listed, legacy: listed } };
}

/** Claude Code cuts what is longer, unless a tool says otherwise: 25,000 tokens. */
const usualRoom = 100_000;

/** Where a tool gives more at once than clients take, the one that calls it says so too. */
function withRoom(runner: DiscoveryTool, told: readonly Tool[]): DiscoveryTool {
  const { modern } = runner.listed;
  const isReading = modern.annotations?.readOnlyHint === true;
  const rooms = told
    .filter((tool) => tool.isReadOnly === isReading)
    .map((tool) => Number(tool.listed.modern._meta?.[roomKey] ?? 0));
  const room = Math.max(0, ...rooms);
  return room > usualRoom
    ? toTool({ ...modern, name: runner.name, _meta: { ...modern._meta, [roomKey]: room } })
    : runner;
}

function withSchemes(tool: DiscoveryTool, schemes: readonly SecurityScheme[]): DiscoveryTool {
  if (schemes.length === 0) return tool;
  const { modern } = tool.listed;
  const _meta = { ...modern._meta, securitySchemes: schemes };
  return toTool({ ...modern, name: tool.name, securitySchemes: schemes, _meta });
}

function toSearch(told: readonly Tool[], reads: boolean, changes: boolean): DiscoveryTool {
  return toTool({
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
    _meta: common,
  });
}

const describing = toTool({
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
  _meta: common,
});

const argumentsSchema = {
  type: 'object',
  properties: {},
  additionalProperties: true,
  description: 'The arguments, as describe_tools tells them',
};

const running = toTool({
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
  _meta: common,
});

function toChanging(asksPerson: boolean): DiscoveryTool {
  return toTool({
    name: 'run_mutation',
    title: 'Run a tool that changes something',
    description: 'Calls one tool that may change something, and returns what it returns.',
    inputSchema: toInput(
      { name: { type: 'string', description: 'The name of the tool' }, arguments: argumentsSchema },
      ['name'],
    ),
    annotations: { readOnlyHint: false, destructiveHint: true },
    _meta: { ...common, ...(asksPerson && { 'anthropic/requiresUserInteraction': true }) },
  });
}

function toInput(
  properties: NonNullable<JsonObjectSchema['properties']>,
  required: string[],
): JsonObjectSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Clients cut longer descriptions. */
const mostCharacters = 1500;

/** Says how to go on, which areas there are and how many tools they have, and as many names as there is room for. */
function describeSearch(told: readonly Tool[], reads: boolean, changes: boolean): string {
  const runners = [reads && 'run_query for what reads', changes && 'run_mutation for what changes something'];
  const how = `Finds tools of this app by what they do. describe_tools then tells their arguments, and they are called with ${runners.filter(Boolean).join(', or ')}.`;
  const areas = new Map<string, Tool[]>();
  for (const tool of told) areas.set(tool.toolset, [...(areas.get(tool.toolset) ?? []), tool]);
  if (areas.size === 0) return how;
  const counts = Array.from(areas, ([name, tools]) => `${name} (${tools.length})`).toSorted();
  const head = `${how}\n\nAreas: ${fill(counts, mostCharacters - how.length - 100)}`;
  // One of each area in turn, so that every area shows what it is about.
  const turns = Array.from(areas.values(), (tools) => tools.map(({ name }, turn) => ({ name, turn }))).flat();
  const names = turns.toSorted((a, b) => a.turn - b.turn).map(({ name }) => name);
  const label = '\n\nTools: ';
  const room = mostCharacters - head.length - label.length;
  const first = names[0]!;
  return first.length + 20 > room ? head : `${head}${label}${fill(names, room, true)}`;
}

/** Joins as many words as there is room for. */
function fill(words: readonly string[], room: number, isSorted = false): string {
  const more = ', …';
  const all = isSorted ? words.toSorted() : words;
  if (all.join(', ').length <= room) return all.join(', ');
  let count = 0;
  let length = more.length;
  for (const word of words) {
    length += word.length + 2;
    if (length > room) break;
    count++;
  }
  const shown = words.slice(0, count);
  return (isSorted ? shown.toSorted() : shown).join(', ') + more;
}
