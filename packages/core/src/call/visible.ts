import { runHook } from '../auth/hook.ts';
import { toError } from '../auth/thrown.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era, ListedTool, Tool } from '../catalog/tool.ts';
import type { Report } from './failure.ts';

export interface VisibleParts {
  hookTimeoutMs: number;
  report: Report;
}

/** Whether this caller may know of the tool. What cannot be found out hides it. */
export async function isVisible(
  { visible, name, path }: Tool,
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

/** The tools that this caller may know of. */
export async function listVisible(
  catalog: Catalog,
  era: Era,
  ctx: Promise<unknown>,
  parts: VisibleParts,
): Promise<ListedTool[]> {
  const tools = [...catalog.tools.values()];
  const seen = await Promise.all(tools.map((tool) => isVisible(tool, () => ctx, parts)));
  return tools.filter((_, index) => seen[index]).map((tool) => tool.listed[era]);
}
