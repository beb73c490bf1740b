import type { CliConfig } from '../config.ts';
import { loadModule } from '../target/module.ts';
import type { Terminal } from '../terminal.ts';

/** Which procedures are read. */
export interface Exposed {
  /** The paths of those that are exposed and have no `.output()`; `undefined` for all of the router. */
  paths: string[] | undefined;
  /** Says why all are read. */
  note: string | undefined;
}

/**
 * Loads the module to learn which procedures are exposed: what is in meta is no matter of types. One that cannot be loaded
 * has all of its procedures read.
 */
export async function readExposed(spec: string, config: CliConfig, terminal: Terminal): Promise<Exposed> {
  try {
    const { core, router, options } = await loadModule(spec, terminal, config);
    const { outputs: _, ...choice } = options;
    const { tools } = await core.catalog.describeCatalog(router, choice);
    // Cast: the parser of `.output()` is missing in tRPC's types.
    const procedures = router._def.procedures as Record<string, { _def: { output?: unknown } } | undefined>;
    const paths = tools
      .filter(
        ({ isOwn, hasOutput, path }) => !isOwn && !hasOutput && procedures[path]?._def.output === undefined,
      )
      .map(({ path }) => path);
    return { paths, note: undefined };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error))
      .split('\n')
      .slice(0, 3)
      .join(' ')
      .replace(/\.$/, '');
    return {
      paths: undefined,
      note: `Which procedures are exposed is not known, because the module could not be loaded: ${reason}. So all of them are read; --all says so without trying.`,
    };
  }
}
