import type { Conversion } from './conversion.ts';
import type { JsonSchema } from '../json-schema.ts';
import { normalizeRefs } from '../refs.ts';

/** What we read of a Standard Schema: https://standardschema.dev. */
export interface StandardSchema {
  '~standard': {
    vendor?: string;
    jsonSchema?: Partial<Record<'input' | 'output', (options: object) => unknown>>;
  };
}

/** Whether a schema is a Standard Schema that can convert itself in this direction. */
export function isStandard(parser: unknown, io: 'input' | 'output'): parser is StandardSchema {
  return standardOf(parser)?.jsonSchema?.[io] !== undefined;
}

/** Converts a Standard Schema by its own converter. `libraryOptions` are passed to the library. */
export function convertStandard(
  { '~standard': { jsonSchema } }: StandardSchema,
  { io }: Conversion,
  libraryOptions?: object,
): JsonSchema {
  const options = { target: 'draft-2020-12', ...(libraryOptions !== undefined && { libraryOptions }) };
  return normalizeRefs(jsonSchema![io]!(options) as JsonSchema);
}

export function standardOf(parser: unknown): StandardSchema['~standard'] | undefined {
  const isHolder = (typeof parser === 'object' || typeof parser === 'function') && parser !== null;
  return isHolder ? (parser as Partial<StandardSchema>)['~standard'] : undefined;
}
