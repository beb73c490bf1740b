import type { Callable } from '../catalog/callable.ts';
import { runHook } from '../hook.ts';
import { type Report, reportThrown } from './failure.ts';

export interface VisibleParts {
  hookTimeoutMs: number;
  report: Report;
}

/** Asks `visible` whether this caller may know of an item. An item whose `visible` or context throws is hidden. */
export async function isVisible(
  item: Callable,
  readContext: () => unknown,
  { hookTimeoutMs, report }: VisibleParts,
): Promise<boolean> {
  const { visible } = item;
  if (!visible) return true;
  try {
    const ctx = await readContext();
    // An app without types may return anything. Only `true` makes the item visible.
    const verdict: unknown = await runHook('meta.mcp.visible', hookTimeoutMs, () => visible(ctx));
    return verdict === true;
  } catch (thrown) {
    reportThrown(report, thrown, item);
    return false;
  }
}
