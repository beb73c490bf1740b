import type { Client, Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import { estimateTokens } from '@trpc-mcp/core/clients';
import type { CatalogDescription } from '@trpc-mcp/core/catalog';
import type { Target } from '../target/target.ts';
import { toMountError } from '../target/mounted.ts';

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

/** Everything that a target lists for this caller, as it lists it. */
export interface RawLists {
  tools: Tool[];
  resources: Resource[];
  templates: ResourceTemplateType[];
  prompts: Prompt[];
}

/** Reads all lists of a target, whole. */
export async function readLists(client: Client): Promise<RawLists> {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  return {
    tools: tools ? (await client.listTools()).tools : [],
    resources: resources ? (await client.listResources()).resources : [],
    templates: resources ? (await client.listResourceTemplates()).resourceTemplates : [],
    prompts: prompts ? (await client.listPrompts()).prompts : [],
  };
}

/** Describes what a target lists. */
export async function listTarget({ client, module }: Target): Promise<TargetList> {
  const lists = await readLists(client);
  const described = module && (await describe(module));
  const known = new Map(described?.tools.map((tool) => [tool.name, tool]));
  const tools = lists.tools.map((tool): ListedTool => {
    const { path, type, toolset, scopes, asks } = known.get(tool.name) ?? {};
    return {
      name: tool.name,
      title: tool.title,
      area: toolset ?? areaOf(tool.name),
      effect: effectOf(tool),
      path,
      type,
      scopes: scopes ?? scopesOf(tool),
      asks: asks ?? asksOf(tool),
      tokens: estimateTokens(JSON.stringify(tool)),
    };
  });
  const server = client.getServerVersion();
  return {
    server: server && { name: server.name, version: server.version, title: server.title },
    instructions: client.getInstructions(),
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

async function describe(module: NonNullable<Target['module']>): Promise<CatalogDescription> {
  try {
    return await module.core.catalog.describeCatalog(module.router, module.options);
  } catch (error) {
    throw toMountError(module, error);
  }
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
