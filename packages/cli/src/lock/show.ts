import type { Change } from '@trpc-mcp/core/catalog';
import type { Terminal } from '../terminal.ts';

/** Shows changes by item, those that may break a client in red. */
export function showChanges(changes: readonly Change[], terminal: Terminal): void {
  const { colors } = terminal;
  for (const { item, place, what, isBreaking } of changes.map(splitPlace)) {
    const [mark, paint] = isBreaking
      ? ['breaking  ', colors.red]
      : ['compatible', what === 'appeared' ? colors.green : colors.dim];
    const subject = place === '' ? colors.bold(item) : `${colors.bold(item)} ${place}`;
    terminal.print(`${paint(mark)}  ${subject}: ${paintChange(what, terminal)}`);
  }
}

/** `customers_get inputSchema.properties.id.type` is a place in `customers_get`. */
function splitPlace(change: Change): Change & { item: string; place: string } {
  const [, item = change.at, place = ''] = /^((?:resource |prompt )?\S+)(?: (.*))?$/.exec(change.at) ?? [];
  return { ...change, item, place };
}

function paintChange(what: string, { colors }: Terminal): string {
  const arrow = ' → ';
  const at = what.indexOf(arrow);
  if (at >= 0)
    return `${colors.red(what.slice(0, at))}${arrow}${colors.green(what.slice(at + arrow.length))}`;
  if (/^(appeared|added|now with)/.test(what)) return colors.green(what);
  return /^(vanished|removed|no longer)/.test(what) ? colors.red(what) : what;
}

/** "3 changes, of which 1 may break clients" */
export function countChanges(changes: readonly Change[]): string {
  const breaking = changes.filter(({ isBreaking }) => isBreaking).length;
  const total = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  if (breaking === 0) return `${total}, none of which breaks a client`;
  return `${total}, ${breaking === changes.length ? (breaking === 1 ? 'which' : 'all of which') : `${breaking} of which`} may break clients`;
}
