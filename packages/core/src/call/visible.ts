import { runHook } from '../hook.ts';
import { toError } from '../thrown.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Era } from '../catalog/tool.ts';
import type { Report } from './failure.ts';

export interface VisibleParts {
  hookTimeoutMs: number;
  report: Report;
}

/** Whether this caller may know of the tool. What cannot be found out hides it. */
export async function isVisible(
  { visible, name, path }: Callable,
  readContext: () => unknown,
  { hookTimeoutMs, report }: VisibleParts,
): Promise<boolean> {
  if (!visible) return true;
  try {
    const ctx = await readContext();
    // An app without types may return anything; only `true` says yes.
    const verdict: unknown = await runHook('meta.mcp.visible', hookTimeoutMs, () => visible(ctx));
    return verdict === true;
  } catch (thrown) {
    const failure = { error: toError(thrown), reference: crypto.randomUUID(), tool: name, path };
    report(failure, { isForApp: true });
    return false;
  }
}

/** What of these the caller may know of, as it is listed. */
export async function listVisible<TListed>(
  items: Iterable<Callable & { listed: Record<Era, TListed> }>,
  era: Era,
  ctx: Promise<unknown>,
  parts: VisibleParts,
  /** Asked besides, where it is given. */
  permits?: (item: Callable) => Promise<boolean>,
): Promise<TListed[]> {
  const all = [...items];
  const mayList = async (item: Callable) =>
    (await isVisible(item, () => ctx, parts)) && (!permits || permits(item));
  const seen = await Promise.all(all.map(mayList));
  return all.filter((_, index) => seen[index]).map(({ listed }) => listed[era]);
}
