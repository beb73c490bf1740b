import type * as EvalsApi from '@trpc-mcp/ai/evals';
import { basename, dirname, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from '../cli-error.ts';
import { findConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { findModule, type FoundModule } from '../target/found.ts';
import { guardImport } from '../target/guard.ts';
import { importModule, resolveFrom } from '../target/import.ts';
import { readEnvFiles } from '../target/module.ts';
import type { Terminal } from '../terminal.ts';

/** Evals that were loaded, and the app's own copy of what runs them. */
export interface LoadedEvals extends FoundModule {
  evals: EvalsApi.AnyEvals;
  api: typeof EvalsApi;
  /** The file of the record, which stands beside the evals. */
  record: string;
}

/** Finds the file of evals: the one that is named, that of the configuration, or the usual one. */
export async function loadEvals(spec: string | undefined, terminal: Terminal): Promise<LoadedEvals> {
  const found = await findEvals(spec, terminal);
  readEnvFiles(found.root);
  const api = await loadApi(found);
  const exported = await guardImport(found, terminal, () =>
    importModule(found.file).catch((error: unknown) => {
      throw toEvalsProblem(error);
    }),
  );
  const name = found.exportName ?? ('default' in exported ? 'default' : 'evals');
  const evals = exported[name];
  if (!api.isEvals(evals))
    throw new CliError(
      name in exported
        ? `What ${found.name} exports as ${name} are no evals`
        : `${found.name} exports no ${found.exportName ?? 'evals'}`,
      {
        exitCode: exitCode.unavailable,
        fix: 'Let it export them: export const evals = defineEvals(appRouter, { … }).',
      },
    );
  const base = basename(found.file, extname(found.file));
  return { ...found, evals, api, record: join(dirname(found.file), `${base}.record.json`) };
}

/** What is wrong with evals, a record or a report is told in words. Another error stays as it is. */
export function toEvalsProblem(error: unknown): unknown {
  const { name, code, message, fix } = error as Partial<EvalsApi.EvalsError>;
  if (name !== 'EvalsError' || message === undefined) return error;
  return new CliError(message, {
    cause: error,
    exitCode: code === 'SDK_MISSING' ? exitCode.unavailable : exitCode.usage,
    ...(fix !== undefined && { fix }),
  });
}

const usual = ['evals', 'src/evals', 'evals/evals', 'test/evals'];
const noEvals =
  'Name the file that exports defineEvals(appRouter, { … }), such as src/evals.ts. docs/evals.md shows how to write one.';

async function findEvals(spec: string | undefined, { cwd }: Terminal): Promise<FoundModule> {
  if (spec !== undefined) return findModule(spec, cwd, noEvals);
  const { config, folder } = await findConfig(cwd);
  const rename = (found: FoundModule): FoundModule => ({ ...found, name: relative(cwd, found.file) });
  if (config.evals !== undefined) return rename(findModule(config.evals, folder, noEvals));
  for (const each of usual) {
    try {
      return rename(findModule(each, folder));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
  }
  throw new CliError('There are no evals', { fix: noEvals });
}

/** Loads the copy of `@trpc-mcp/ai` that the app has, because that one calls the app's AI SDK. */
async function loadApi({ file, name }: FoundModule): Promise<typeof EvalsApi> {
  const resolved = resolveFrom(file, '@trpc-mcp/ai/evals');
  // Cast: it is the module that the subpath names.
  if (resolved !== undefined) return (await import(pathToFileURL(resolved).href)) as typeof EvalsApi;
  const isOlder = resolveFrom(file, '@trpc-mcp/ai/package.json') !== undefined;
  throw new CliError(
    isOlder
      ? `The @trpc-mcp/ai that ${name} has is older than this command`
      : `${name} needs @trpc-mcp/ai, which is not installed`,
    {
      exitCode: exitCode.unavailable,
      fix: isOlder
        ? 'Update it: npm install @trpc-mcp/ai@latest'
        : 'Install it: npm install --save-dev @trpc-mcp/ai ai',
    },
  );
}
