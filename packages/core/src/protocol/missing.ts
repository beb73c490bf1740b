import type { CallRequest } from '../call/active-call.ts';
import type { CallHost } from '../call/call.ts';
import type { MissingOutcome } from '../call/outcome.ts';
import { isPermitted } from '../call/permitted.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { findNearest } from '../nearest.ts';
import { readListContext } from './list-context.ts';
import type { ServerParts } from './serving.ts';

/** No name of a tool is longer than 64 characters, and none is near to a text that is much longer. */
const maxNameCharacters = 100;

/**
 * Makes the outcome of a call whose tool is missing or hidden. It suggests only a tool that everybody who may use the
 * endpoint may know of, so that a hidden name gets the same suggestion as a missing one.
 */
export async function toMissing(
  parts: ServerParts,
  { tools }: Catalog,
  name: string,
  request: CallRequest,
  exchange: CallHost,
): Promise<MissingOutcome> {
  if (name.length > maxNameCharacters) return { kind: 'missing', nearest: undefined };
  const open = [...tools.values()].filter(({ visible, scopes }) => !visible && scopes.length === 0);
  // The tool itself is not what was meant, where only the query of its dry run is hidden.
  const others = open.map((tool) => tool.name).filter((other) => other !== name);
  const nearest = findNearest(name, others);
  if (nearest === undefined || parts.listing !== 'permitted') return { kind: 'missing', nearest };
  // With this option, a caller is listed only what its middleware lets this caller call.
  const read = await readListContext(parts, exchange, request);
  const isListed =
    read.kind === 'failed' ||
    (read.kind === 'made' && (await isPermitted(tools.get(nearest)!, read.ctx, request, parts)));
  return { kind: 'missing', nearest: isListed ? nearest : undefined };
}
