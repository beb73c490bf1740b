import type { Internals } from './conversion.ts';

/** What we read of a zod 4 schema, classic or mini, from any copy of the library. */
export interface Zod4Schema {
  _zod: {
    def: Internals & { type: string };
    bag: Internals;
    parent?: Zod4Schema;
    optin?: string;
    optout?: string;
    version?: { major: number; minor: number };
    /** Writes a JSON Schema of the app's own in place of the one that zod would make. */
    toJSONSchema?: unknown;
    /** Writes what the schema itself says into a JSON Schema. Schemas of zod 4.2 classic and later have it. */
    processJSONSchema?: (context: object, json: object, params: object) => void;
  };
  '~standard'?: { jsonSchema?: Record<'input' | 'output', (options: object) => unknown> };
  toJSONSchema?: (options: object) => unknown;
}

/** The class of a `z.instanceof()`. */
export function classOf(schema: Zod4Schema): unknown {
  for (let each: Zod4Schema | undefined = schema; each !== undefined; each = each._zod.parent) {
    if (each._zod.bag['Class'] !== undefined) return each._zod.bag['Class'];
  }
  return undefined;
}
