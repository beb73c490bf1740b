import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import { estimateTokens } from '@trpc-mcp/core/clients';
import type { CatalogDescription } from '@trpc-mcp/core/catalog';
import { describeModule, type DescribedModule } from '../target/described.ts';
import type { Target } from '../target/options.ts';
import { type RawLists, readLists } from '../target/lists.ts';

/** What a tool may do, by its annotations. */
export type Effect = 'reads' | 'changes' | 'destroys';

export interface ListedTool {
  name: string;
  title: string | undefined;
  /** The group that it belongs to. For an endpoint, what its name starts with. */
  area: string;
  effect: Effect;
  /** The dotted path of its procedure; `undefined` for an endpoint, which does not say it. */
  path: string | undefined;
  type: 'query' | 'mutation' | 'subscription' | undefined;
  scopes: readonly string[];
  /** Whether a person is asked before it runs; `undefined` if that is not known. */
  asks: boolean | undefined;
  /** Whether only some callers see it. */
  isHidden: boolean;
  /** Estimated, for its entry in the list. */
  tokens: number;
}

export interface TargetList {
  server: { name: string; version: string; title?: string | undefined } | undefined;
  instructions: string | undefined;
  tools: ListedTool[];
  resources: { name: string; uri: string; mimeType: string | undefined }[];
  prompts: { name: string; arguments: string[] }[];
  /** Estimated, for the whole list of tools. */
  tokens: number;
}

/** What a target lists, and of a module what is known besides. */
export interface Listing {
  server: TargetList['server'];
  instructions: string | undefined;
  lists: RawLists;
  /** The procedures behind the lists; `undefined` for an endpoint. */
  description: CatalogDescription | undefined;
}

/** Describes what a target lists. */
export function describeListing({ server, instructions, lists, description }: Listing): TargetList {
  const known = new Map(description?.tools.map((tool) => [tool.name, tool]));
  const tools = lists.tools.map((tool): ListedTool => {
    const { path, type, toolset, scopes, asks, isHidden = false } = known.get(tool.name) ?? {};
    return {
      name: tool.name,
      title: tool.title,
      area: toolset ?? areaOf(tool.name),
      effect: effectOf(tool),
      path,
      type,
      scopes: scopes ?? scopesOf(tool),
      asks: asks ?? asksOf(tool),
      isHidden,
      tokens: estimateTokens(JSON.stringify(tool)),
    };
  });
  return {
    server,
    instructions,
    tools: tools.toSorted((a, b) => compare(a.area, b.area) || compare(a.name, b.name)),
    resources: [
      ...lists.resources.map(({ name, uri, mimeType }) => ({ name, uri, mimeType })),
      ...lists.templates.map(({ name, uriTemplate, mimeType }) => ({ name, uri: uriTemplate, mimeType })),
    ],
    prompts: lists.prompts.map(({ name, arguments: args = [] }) => ({
      name,
      arguments: args.map((argument) => (argument.required === true ? argument.name : `${argument.name}?`)),
    })),
    tokens: estimateTokens(JSON.stringify(lists.tools)),
  };
}

/** Reads what a caller is listed. */
export async function readListing({ client, module }: Target): Promise<Listing> {
  const server = client.getServerVersion();
  return {
    server: server && { name: server.name, version: server.version, title: server.title },
    instructions: client.getInstructions(),
    lists: await readLists(client),
    description: module && (await describeModule(module)),
  };
}

/** Everything that a module serves, for whomever. Nothing of it runs. */
export function toListing({ module, description }: DescribedModule): Listing {
  const {
    name = module.manifest.name ?? 'app',
    version = module.manifest.version ?? '0.0.0',
    title,
    instructions,
  } = module.options.server ?? {};
  // The app's own copy of core may be one that does not say it yet.
  const standIns = 'standIns' in description ? description.standIns : [];
  const { tools, resources, prompts } = description;
  // Casts: core's types of these entries and the official ones differ in what is optional.
  return {
    server: { name, version, title },
    instructions: typeof instructions === 'string' ? instructions : undefined,
    lists: {
      tools: [...tools.map(({ listed }) => listed), ...standIns] as Tool[],
      resources: resources.filter(({ isTemplate }) => !isTemplate).map(({ listed }) => listed as Resource),
      templates: resources
        .filter(({ isTemplate }) => isTemplate)
        .map(({ listed }) => listed as ResourceTemplateType),
      prompts: prompts.map(({ listed }) => listed as Prompt),
    },
    description,
  };
}

/** By its annotations: without any, the specification supposes the worst. */
function effectOf({ annotations = {} }: Tool): Effect {
  if (annotations.readOnlyHint === true) return 'reads';
  return annotations.destructiveHint === false ? 'changes' : 'destroys';
}

/** The name up to the first underscore, hyphen or dot, or up to the first capital letter. */
export function areaOf(name: string): string {
  return /^[^_.-]+?(?=[_.-]|(?<=[a-z\d])[A-Z]|$)/.exec(name)?.[0] ?? name;
}

function scopesOf({ _meta }: Tool): string[] {
  const schemes = _meta?.['securitySchemes'];
  if (!Array.isArray(schemes)) return [];
  return (schemes as { scopes?: unknown }[]).flatMap(({ scopes }) =>
    Array.isArray(scopes) ? (scopes as string[]) : [],
  );
}

function asksOf({ _meta }: Tool): boolean | undefined {
  return _meta?.['anthropic/requiresUserInteraction'] === true ? true : undefined;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
