import { deref, isSchema, type JsonSchema } from './json-schema.ts';
import { getMark } from './mark.ts';
import type { Marked } from './wire/traverse.ts';

/** Returns the names of the arguments that are files, or lists of files. Files inside of other arguments do not count. */
export function toFileArguments({ root, leaves }: Marked): string[] {
  // Most procedures take no files at all.
  if (!leaves.some((leaf) => leaf.isFile)) return [];
  return Object.entries(root.properties ?? {})
    .filter(([, schema]) => isFile(schema, 0))
    .map(([name]) => name);

  function isFile(schema: unknown, depth: number): boolean {
    if (!isSchema(schema) || depth > deepest) return false;
    const node = deref(root, schema);
    const mark = getMark(node);
    if (mark?.is === 'leaf') return leaves[mark.leaf]!.isFile === true;
    if (node['items'] !== undefined) return isFile(node['items'], depth + 1);
    const branches = ((node['anyOf'] ?? node['oneOf'] ?? []) as JsonSchema[]).filter(
      (branch) => !isNothing(branch),
    );
    return branches.length > 0 && branches.every((branch) => isFile(branch, depth + 1));
  }
}

/** A reference may refer to itself. */
const deepest = 8;

/** Whether a branch says only that there may be no file. */
function isNothing(branch: JsonSchema): boolean {
  return branch.type === 'null' || getMark(branch)?.is === 'undefined';
}
