import type { Schema } from './schema.ts';
import { mapSchemas } from './visit.ts';

/** Whether a result of this schema may have files or bytes in it, which become content blocks. */
export function holdsFiles(root: Schema, defs: Record<string, Schema>): boolean {
  const seen = new Set<string>();
  let found = false;
  const visit = (schema: Schema): Schema => {
    if (isFile(schema)) found = true;
    const { $ref } = schema;
    if (typeof $ref === 'string' && !seen.has($ref)) {
      seen.add($ref);
      visit(defs[$ref.slice('#/$defs/'.length)] ?? {});
    }
    mapSchemas(schema, visit, false);
    return schema;
  };
  visit(root);
  return found;
}

/** Bytes have this description alone, and a file has it at its `uri`. */
function isFile({ description }: Schema): boolean {
  return description !== undefined && /\battachment:<n> (?:for|is) the n-th file\b/.test(description);
}
