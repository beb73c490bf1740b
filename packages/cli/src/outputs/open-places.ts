import { type Schema } from './shape/schema.ts';

/** A place of an output of which nothing is known. */
export interface OpenPlace {
  /** Such as `items[].payload`; empty for the output itself. */
  place: string;
  /** `any`, `unknown`, or another reason in words. */
  reason: string;
}

/** How many places of one output are told. */
const mostPlaces = 50;

/** Finds the places that a schema leaves open. A definition is looked at once. */
export function findOpenPlaces(root: Schema, defs: Record<string, Schema>): OpenPlace[] {
  const found: OpenPlace[] = [];
  const seen = new Set<string>();
  visit(root, '');
  return found;

  function visit(schema: Schema | false | undefined, place: string): void {
    if (!schema || found.length >= mostPlaces) return;
    const { $ref, $comment } = schema;
    if ($comment !== undefined) found.push({ place: place.replace(/^\./, ''), reason: $comment });
    if ($ref !== undefined && !seen.has($ref)) {
      seen.add($ref);
      visit(defs[$ref.slice('#/$defs/'.length)], place);
    }
    for (const [name, child] of Object.entries(schema.properties ?? {})) visit(child, `${place}.${name}`);
    for (const child of Object.values(schema.patternProperties ?? {})) visit(child, `${place}{}`);
    visit(schema.additionalProperties, `${place}{}`);
    for (const [index, child] of (schema.prefixItems ?? []).entries()) visit(child, `${place}[${index}]`);
    visit(schema.items, `${place}[]`);
    for (const branch of schema.anyOf ?? schema.oneOf ?? []) visit(branch, place);
  }
}
