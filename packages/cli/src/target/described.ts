import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import type { CatalogDescription } from '@trpc-mcp/core/catalog';
import { CliError } from '../cli-error.ts';
import { type CliConfig, findConfig } from '../config.ts';
import { readLists } from '../list/list.ts';
import type { Terminal } from '../terminal.ts';
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
  serverName: string | undefined;
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
    return terminal.work(`Reading ${named}`, () => describeModule(named, at, config));
  }
  const target = await openTarget(spec, options, terminal);
  try {
    const { client } = target;
    const lists = await terminal.work('Reading the lists', () => readLists(client));
    return {
      name: target.name,
      module: undefined,
      ...lists,
      serverName: client.getServerVersion()?.name,
      instructions: client.getInstructions(),
    };
  } finally {
    await target.close();
  }
}

async function describeModule(
  named: string,
  terminal: Terminal,
  config: CliConfig,
): Promise<DescribedModule> {
  const module = await loadModule(named, terminal, config);
  try {
    const description = await module.core.catalog.describeCatalog(module.router, module.options);
    return { name: named, module, description };
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
