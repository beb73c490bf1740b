import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import type { CatalogDescription } from '@trpc-mcp/core/catalog';
import { CliError } from '../cli-error.ts';
import { findConfig } from '../config.ts';
import type { Terminal } from '../terminal.ts';
import { readLists } from './lists.ts';
import { loadModule, type LoadedModule } from './module.ts';
import { toMountError } from './mounted.ts';
import type { TargetOptions } from './options.ts';
import { isUrl, openTarget } from './target.ts';

/** What a target serves: of a module everything that is known, of an endpoint its lists. */
export type Described = DescribedModule | DescribedEndpoint;

export interface DescribedModule {
  name: string;
  module: LoadedModule;
  description: CatalogDescription;
}

export interface DescribedEndpoint {
  name: string;
  module: undefined;
  tools: Tool[];
  resources: Resource[];
  templates: ResourceTemplateType[];
  prompts: Prompt[];
  server: { name: string; version: string; title?: string | undefined } | undefined;
  instructions: string | undefined;
}

/** Describes a target. A module is not served for it, and needs no context. */
export async function describeTarget(
  spec: string | undefined,
  options: TargetOptions,
  terminal: Terminal,
): Promise<Described> {
  const { config, folder } = await findConfig(terminal.cwd);
  const named = spec ?? config.target;
  if (named !== undefined && !isUrl(named)) {
    const at = spec === undefined ? { ...terminal, cwd: folder } : terminal;
    return terminal.work(`Reading ${named}`, async () => {
      const module = await loadModule(named, at, config);
      return { name: named, module, description: await describeModule(module) };
    });
  }
  const target = await openTarget(spec, options, terminal);
  try {
    const { client } = target;
    const lists = await terminal.work('Reading the lists', () => readLists(client));
    return {
      name: target.name,
      module: undefined,
      ...lists,
      server: client.getServerVersion(),
      instructions: client.getInstructions(),
    };
  } finally {
    await target.close();
  }
}

/** Describes everything that a module serves, or says in words why it could not be served. */
export async function describeModule(module: LoadedModule): Promise<CatalogDescription> {
  try {
    return await module.core.catalog.describeCatalog(module.router, module.options);
  } catch (error) {
    throw toMountError(module, error);
  }
}

/** Refuses options that mean nothing for this target. */
export function refuseForModule(what: string): CliError {
  return new CliError(`${what} is for modules, and this target is an endpoint`, {
    fix: 'Name the module of the router, such as src/router.ts#appRouter.',
  });
}
