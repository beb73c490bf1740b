import type { Callable } from '../catalog/callable.ts';
import { isThenable, runHook } from '../hook.ts';
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
    return await askVisible(item, visible, ctx, { hookTimeoutMs, report });
  } catch (thrown) {
    reportThrown(report, thrown, item);
    return false;
  }
}

/** Does the same with a context that was made. Returns a promise only if `visible` does. */
export function askVisible(
  item: Callable,
  visible: NonNullable<Callable['visible']>,
  ctx: unknown,
  { hookTimeoutMs, report }: VisibleParts,
): boolean | Promise<boolean> {
  const hide = (thrown: unknown): boolean => {
    reportThrown(report, thrown, item);
    return false;
  };
  try {
    const pending: unknown = visible(ctx);
    // An app without types may return anything. Only `true` makes the item visible.
    if (!isThenable(pending)) return pending === true;
    return runHook('meta.mcp.visible', hookTimeoutMs, () => pending).then(
      (verdict) => verdict === true,
      hide,
    );
  } catch (thrown) {
    return hide(thrown);
  }
}
