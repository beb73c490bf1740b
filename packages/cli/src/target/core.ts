import type * as Catalog from '@trpc-mcp/core/catalog';
import type * as Fetch from '@trpc-mcp/core/fetch';
import type * as NodeHost from '@trpc-mcp/core/node';
import type * as Stdio from '@trpc-mcp/core/stdio';
import { pathToFileURL } from 'node:url';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { FoundModule } from './found.ts';
import { resolveFrom } from './import.ts';

/** The parts of the app's own `@trpc-mcp/core` that commands use. */
export interface AppCore {
  catalog: typeof Catalog;
  /** Loads the handler of a host. */
  fetch: () => Promise<typeof Fetch>;
  node: () => Promise<typeof NodeHost>;
  stdio: () => Promise<typeof Stdio>;
}

/**
 * Loads the copy of core that the app's own modules import: `getMcpCall()` and `mcpDefaults` only work with that one. An app
 * that has none is served by the copy of this package.
 */
export async function loadCore({ file, name }: FoundModule): Promise<AppCore> {
  const load = async (subpath: string): Promise<unknown> => {
    const specifier = `@trpc-mcp/core/${subpath}`;
    const resolved = resolveFrom(file, specifier);
    if (resolved !== undefined) return import(pathToFileURL(resolved).href);
    if (resolveFrom(file, '@trpc-mcp/core/package.json') !== undefined)
      throw new CliError(`The @trpc-mcp/core that ${name} has is older than this command`, {
        exitCode: exitCode.unavailable,
        fix: 'Update it: npm install @trpc-mcp/core@latest',
      });
    return import(specifier);
  };
  // Casts: `load` takes any subpath, and its module is the one that the subpath names.
  return {
    catalog: (await load('catalog')) as typeof Catalog,
    fetch: () => load('fetch') as Promise<typeof Fetch>,
    node: () => load('node') as Promise<typeof NodeHost>,
    stdio: () => load('stdio') as Promise<typeof Stdio>,
  };
}
