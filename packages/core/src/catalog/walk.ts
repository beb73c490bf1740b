import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { McpSettings } from '../meta.ts';
import { type BypassKind, bypassKindsOf } from './bypassable.ts';
import { settingsOf } from './settings.ts';

/** A tagged procedure of the user's router. */
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
  /** What among its middlewares the app has marked as bypassable. */
  bypassKinds: readonly BypassKind[];
  guards: Guards;
  /** Made with `experimental_caller`: it calls itself, with a context of its own. */
  isServerAction: boolean;
  /** The router that it is called on. */
  router: AnyTRPCRouter;
}

/** What of the app's middleware runs before the first `.input()`, and so can decide without an input. */
export interface Guards {
  middlewares: readonly Middleware[];
  /** What tRPC tells them of the procedure. */
  meta: unknown;
}

/** A middleware function, as tRPC calls it. */
export type Middleware = (options: object) => unknown;

/** What tRPC keeps in `_def` at run time and leaves out of its types. */
interface ProcedureDef {
  inputs: unknown[];
  middlewares: unknown[];
  output?: unknown;
  experimental_caller?: boolean;
}

/** Deeper than any router is written by hand: a lazy router that contains itself would never end. */
const maxLazyDepth = 20;

/** What tRPC's own formatter of error shapes wants. */
export function configOf(router: AnyTRPCRouter): AnyTRPCRouter['_def']['_config'] {
  return router._def._config;
}

/** Every path of the router that is loaded, tagged or not. */
export function collectPaths(router: AnyTRPCRouter): string[] {
  return Object.keys(router._def.procedures as Record<string, AnyTRPCProcedure>);
}

/** The procedures at these paths that are tagged with `mcp`. Nothing else of an untagged one is looked at. */
export function collectProcedures(router: AnyTRPCRouter, paths: readonly string[]): Procedure[] {
  const procedures = router._def.procedures as Record<string, AnyTRPCProcedure>;
  return paths.flatMap((path) => {
    const procedure = procedures[path]!;
    const def = procedure._def as AnyTRPCProcedure['_def'] & ProcedureDef;
    const settings = settingsOf(def.meta, def.middlewares);
    return settings ? [toProcedure(router, path, procedure, settings)] : [];
  });
}

/** The procedure at a path that another one names, tagged or not. */
export function findProcedure(router: AnyTRPCRouter, path: string): Procedure | undefined {
  const procedures = router._def.procedures as Record<string, AnyTRPCProcedure>;
  const procedure = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
  if (!procedure) return undefined;
  const { meta, middlewares } = procedure._def as AnyTRPCProcedure['_def'] & ProcedureDef;
  const settings = settingsOf(meta, middlewares) ?? settingsOf({ mcp: true }, middlewares);
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
  const guards = { middlewares: guardsOf(middlewares), meta: procedure._def.meta };
  const isServerAction = experimental_caller ?? false;
  return { path, type, settings, inputs, output, procedure, bypassKinds, guards, isServerAction, router };
}

/** The last middleware calls the resolver; tRPC's own ones, which parse, say what they are. */
function guardsOf(middlewares: readonly unknown[]): Middleware[] {
  const before = middlewares.slice(0, -1);
  const kindOf = (middleware: unknown) => (middleware as { _type?: string })._type;
  const end = before.findIndex((middleware) => kindOf(middleware) === 'input');
  return before
    .slice(0, end === -1 ? before.length : end)
    .filter((middleware): middleware is Middleware => kindOf(middleware) === undefined);
}

export function hasLazyRouters(router: AnyTRPCRouter): boolean {
  return Object.keys(router._def.lazy).length > 0;
}

/** Loads every lazy router, also those inside lazy ones. Returns what failed, by path; it never throws. */
export async function loadLazyRouters(router: AnyTRPCRouter): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  // tRPC takes a lazy router out of `lazy` when it is loaded, and puts those in that it holds.
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
