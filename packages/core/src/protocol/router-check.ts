import type { SetupProblem } from '../setup-error.ts';

/** Says what is wrong with a value that should be a router of tRPC 11. Returns undefined for such a router. */
export function findRouterProblem(value: unknown): SetupProblem | undefined {
  const path = 'router';
  if (isRouter(value)) {
    if ('lazy' in value._def) return undefined;
    const message =
      'this router is made by version 10 of tRPC, and MCP needs one of version 11; update @trpc/server, see https://trpc.io/docs/migrate-from-v10-to-v11';
    return { code: 'ROUTER_OUTDATED', path, message };
  }
  const message = `the first argument has to be a router, such as the appRouter that tRPC’s own adapter is given, and it is ${describe(value)}`;
  return { code: 'ROUTER_INVALID', path, message };
}

/** A caller answers for every key, `_def` included, and is a function. A router is a plain object. */
function isRouter(value: unknown): value is { _def: object } {
  if (typeof value !== 'object' || value === null) return false;
  const { _def: def } = value as { _def?: unknown };
  if (typeof def !== 'object' || def === null) return false;
  const { router, procedures } = def as { router?: unknown; procedures?: unknown };
  return router === true && typeof procedures === 'object' && procedures !== null;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return `${value}; check what is imported`;
  if (typeof value === 'function') {
    return 'a function; pass the router itself, not a procedure, a caller, or a function that makes a router';
  }
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise; await it first';
  const inside = Object.entries(value).find(([, each]) => isRouter(each));
  if (inside) return `an object with a router in it; pass its ${inside[0]}`;
  return 'another object; make a router of procedures with t.router({ … })';
}
