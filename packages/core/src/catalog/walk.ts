import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { McpSettings } from '../meta.ts';
import { type BypassKind, bypassKindsOf } from './bypassable.ts';
import { type AskTag, settingsOf } from './settings.ts';
import { askTag, type Tag, TagError } from './tag.ts';

/** A procedure of a router, with the settings in its meta. */
export interface Procedure {
  /** Dotted, as tRPC clients call it. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  settings: McpSettings;
  /** One parser for each `.input()`, in order. */
  inputs: readonly unknown[];
  /** The parser of `.output()`. */
  output: unknown;
  /** The procedure itself, for tRPC's `info`. */
  procedure: AnyTRPCProcedure;
  /** The kinds of its middlewares that are marked with `bypassable`. */
  bypassKinds: readonly BypassKind[];
  guards: Guards;
  /** Whether it was made with `experimental_caller`, so that it makes a context of its own. */
  isServerAction: boolean;
  /** The router that it is called on. */
  router: AnyTRPCRouter;
}

/** What decides about a call before the resolver runs. */
export interface Guards {
  /** The app's middlewares before the first `.input()`, which therefore decide without an input. */
  middlewares: readonly Middleware[];
  /** Everything that runs before the resolver: all middlewares of the app, and tRPC's own ones that parse the input. */
  beforeResolver: readonly Middleware[];
  /** The procedure's meta, which tRPC passes to middlewares. */
  meta: unknown;
}

/** A middleware function, as tRPC calls it. */
export type Middleware = (options: object) => unknown;

/** The fields of `_def` that exist at run time and are missing in tRPC's types. */
interface ProcedureDef {
  inputs: unknown[];
  middlewares: unknown[];
  output?: unknown;
  experimental_caller?: boolean;
}

/** No router is nested deeper. Without a limit, a lazy router that contains itself would load for ever. */
const maxLazyDepth = 20;

/** The configuration that tRPC's own formatter of errors needs. */
export function configOf(router: AnyTRPCRouter): AnyTRPCRouter['_def']['_config'] {
  return router._def._config;
}

/** The paths of all procedures that are loaded, tagged or not. */
export function collectPaths(router: AnyTRPCRouter): string[] {
  return Object.keys(router._def.procedures as Record<string, AnyTRPCProcedure>);
}

/**
 * The procedures at these paths that are tagged, by `mcp` in their meta or by the option `tag`. Of other procedures, only the
 * type, the meta and the middlewares are read. A procedure about which `tag` does not answer is left out.
 */
export function collectProcedures(
  router: AnyTRPCRouter,
  paths: readonly string[],
  tag?: Tag,
  onProblem: (path: string, error: TagError) => void = () => {},
): Procedure[] {
  const procedures = router._def.procedures as Record<string, AnyTRPCProcedure>;
  return paths.flatMap((path) => {
    const procedure = procedures[path]!;
    const def = procedure._def as AnyTRPCProcedure['_def'] & ProcedureDef;
    try {
      const settings = settingsOf(def.meta, def.middlewares, toAskTag(tag, path, def));
      return settings ? [toProcedure(router, path, procedure, settings)] : [];
    } catch (error) {
      if (!(error instanceof TagError)) throw error;
      onProblem(path, error);
      return [];
    }
  });
}

function toAskTag(tag: Tag | undefined, path: string, def: AnyTRPCProcedure['_def']): AskTag | undefined {
  return tag && (() => askTag(tag, { path, type: def.type, meta: def.meta }));
}

/** Finds the procedure at a path that another procedure names, tagged or not. Throws a `TagError`. */
export function findProcedure(router: AnyTRPCRouter, path: string, tag?: Tag): Procedure | undefined {
  const procedures = router._def.procedures as Record<string, AnyTRPCProcedure>;
  const procedure = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
  if (!procedure) return undefined;
  const def = procedure._def as AnyTRPCProcedure['_def'] & ProcedureDef;
  const ask = toAskTag(tag, path, def);
  const settings =
    settingsOf(def.meta, def.middlewares, ask) ?? settingsOf({ mcp: true }, def.middlewares, ask);
  return toProcedure(router, path, procedure, settings!);
}

function toProcedure(
  router: AnyTRPCRouter,
  path: string,
  procedure: AnyTRPCProcedure,
  settings: McpSettings,
): Procedure {
  const { type, inputs, output, middlewares, experimental_caller } =
    procedure._def as AnyTRPCProcedure['_def'] & ProcedureDef;
  const bypassKinds = bypassKindsOf(middlewares);
  const guards = {
    middlewares: guardsOf(middlewares),
    beforeResolver: beforeResolverOf(middlewares),
    meta: procedure._def.meta,
  };
  const isServerAction = experimental_caller ?? false;
  return { path, type, settings, inputs, output, procedure, bypassKinds, guards, isServerAction, router };
}

/** Leaves out the last middleware, which calls the resolver, and tRPC's own ones, which have a `_type`. */
function guardsOf(middlewares: readonly unknown[]): Middleware[] {
  const before = middlewares.slice(0, -1);
  const end = before.findIndex((middleware) => kindOf(middleware) === 'input');
  return before
    .slice(0, end === -1 ? before.length : end)
    .filter((middleware): middleware is Middleware => kindOf(middleware) === undefined);
}

/** Leaves out the last middleware, which calls the resolver, and the one that parses what it returns. */
function beforeResolverOf(middlewares: readonly unknown[]): Middleware[] {
  return middlewares
    .slice(0, -1)
    .filter((middleware): middleware is Middleware => kindOf(middleware) !== 'output');
}

/** `input` or `output` for tRPC's own middlewares, and `undefined` for those of the app. */
function kindOf(middleware: unknown): string | undefined {
  return (middleware as { _type?: string })._type;
}

export function hasLazyRouters(router: AnyTRPCRouter): boolean {
  return Object.keys(router._def.lazy).length > 0;
}

/** Loads all lazy routers, also those inside other lazy routers. Returns the failures by path, and never throws. */
export async function loadLazyRouters(router: AnyTRPCRouter): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  // When a lazy router is loaded, tRPC removes it from `lazy` and adds the lazy routers inside it.
  for (;;) {
    const waiting = Object.entries(router._def.lazy).filter(([path]) => !failed.has(path));
    if (waiting.length === 0) return failed;
    await Promise.all(
      waiting.map(async ([path, lazy]) => {
        try {
          if (path.split('.').length > maxLazyDepth) throw new Error('a lazy router contains itself');
          await lazy.load();
        } catch (error) {
          failed.set(path, error);
        }
      }),
    );
  }
}
