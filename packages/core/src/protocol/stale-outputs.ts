import type { AnyTRPCRouter } from '@trpc/server';
import type { OutputSchemas } from '../catalog/output-schemas.ts';
import type { Tool } from '../catalog/tool.ts';
import { collectPaths } from '../catalog/walk.ts';

/** Says where the option `outputs` is older than the app, for its developer. Lazy routers have to be loaded. */
export function findStale(
  outputs: OutputSchemas | undefined,
  tools: readonly Tool[],
  router: AnyTRPCRouter,
): string[] {
  if (!outputs) return [];
  const paths = new Set(collectPaths(router));
  const gone = Object.keys(outputs.procedures).filter((path) => !paths.has(path));
  const missing = tools.filter(({ lacksType }) => lacksType).map(({ path }) => path);
  return [
    ...(gone.length > 0
      ? [`The option outputs describes ${list(gone)}, which the router does not have; ${again}`]
      : []),
    ...(missing.length > 0 ? [`The option outputs does not describe ${list(missing)}; ${again}`] : []),
  ];
}

const again = 'run `trpc-mcp outputs` again.';

/** How many paths are told. */
const mostTold = 5;

function list(paths: readonly string[]): string {
  const rest = paths.length - mostTold;
  return rest > 0 ? `${paths.slice(0, mostTold).join(', ')} and ${rest} more` : paths.join(', ');
}
