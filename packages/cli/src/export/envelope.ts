import type { Special, ToolDescription } from '@trpc-mcp/core/catalog';
import type { Schema } from './components.ts';
import type { Wire } from './transformer.ts';

/** How a value is written over tRPC, and what a reader should know of it. */
export interface Written {
  schema: Schema;
  notes: string[];
  /** Whether the schema is right for every value. */
  isExact: boolean;
}

/** What superjson writes for a value, and how its `meta` calls it. Others cannot be written by hand. */
const superjsonTypes: Partial<Record<Special['kind'], string>> = {
  Date: '["Date"]',
  bigint: '["bigint"]',
  URL: '["URL"]',
  RegExp: '["regexp"]',
};

/** Describes what a caller sends as the input of a procedure. `schema` is undefined where it takes none. */
export function writeInput(schema: Schema | undefined, { values }: ToolDescription, wire: Wire): Written {
  const notes = values.isInputOverride
    ? ['The input is described as agents see it; the procedure may take more than that.']
    : [];
  const { inputSpecials: specials } = values;
  if (wire === 'own') return { schema: {}, notes: [...notes, ownNote], isExact: false };
  if (schema === undefined) {
    const none = { type: 'object', maxProperties: 0, description: 'It takes no input.' };
    return { schema: wire === 'json' ? none : { type: 'object' }, notes, isExact: true };
  }
  const isFile = specials.some(({ kind }) => kind === 'File' || kind === 'FormData');
  if (isFile) return { schema: {}, notes: [...notes, fileNote], isExact: false };
  if (wire === 'json') {
    if (specials.length === 0) return { schema, notes, isExact: true };
    const told = `JSON has no form for ${tell(specials)}, and the app has no transformer: over tRPC this cannot be sent where the input wants it. The tool of MCP takes it.`;
    return { schema, notes: [...notes, told], isExact: false };
  }
  const known = specials.filter(({ kind }) => kind in superjsonTypes);
  const envelope = (json: Schema, meta: Schema | undefined): Schema => ({
    type: 'object',
    properties: { json, ...(meta && { meta }) },
    required: ['json'],
  });
  if (specials.length === 0) return { schema: envelope(schema, undefined), notes, isExact: true };
  if (known.length < specials.length) {
    const others = specials.filter(({ kind }) => !(kind in superjsonTypes));
    const told = `superjson writes ${tell(others)} in a form of its own: send superjson.serialize(input).`;
    return { schema: envelope({}, metaSchema([])), notes: [...notes, told], isExact: false };
  }
  const told = `superjson has to be told of ${tell(specials)}: send superjson.serialize(input), or name each such value in meta.values.`;
  return { schema: envelope(schema, metaSchema(known)), notes: [...notes, told], isExact: true };
}

/** Describes the `data` of an answer. */
export function writeOutput(schema: Schema | undefined, { values }: ToolDescription, wire: Wire): Written {
  if (wire === 'own') return { schema: {}, notes: [], isExact: false };
  const { outputSpecials: specials } = values;
  // Both write a Date as JSON does. superjson writes the others here as the schema says.
  const readable = wire === 'json' ? ['Date', 'URL'] : ['Date', 'bigint', 'URL', 'RegExp', 'Set', 'NaN'];
  const isExact = specials.every(({ kind }) => readable.includes(kind));
  const notes = isExact
    ? []
    : [
        `The output is not described: over tRPC it has a form that its schema does not have (${tell(specials)}).`,
      ];
  const known = isExact ? (schema ?? {}) : {};
  if (wire === 'json') return { schema: known, notes, isExact };
  return {
    schema: {
      type: 'object',
      properties: {
        json: orNull(known),
        meta: { type: 'object', description: 'What superjson restores the values by.' },
      },
      required: ['json'],
    },
    notes,
    isExact,
  };
}

/** superjson writes `undefined` as null, also where a key may be left out. */
function orNull(schema: Schema): Schema {
  const { properties, required = [] } = schema as {
    properties?: Record<string, Schema>;
    required?: readonly string[];
  };
  const inside = (key: string): Schema | undefined => {
    const value = schema[key];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? orNull(value as Schema)
      : undefined;
  };
  const [items, rest] = [inside('items'), inside('additionalProperties')];
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    Array.isArray(schema[key]) ? [[key, (schema[key] as Schema[]).map(orNull)] as const] : [],
  );
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [
          key,
          required.includes(key) ? orNull(child) : { anyOf: [orNull(child), { type: 'null' }] },
        ]),
      ),
    }),
    ...(items && { items }),
    ...(rest && { additionalProperties: rest }),
    ...Object.fromEntries(lists),
  };
}

const ownNote =
  'The app has a transformer of its own, so what is sent and answered has its form: serialize the input with it.';
const fileNote = 'It takes files: send them as multipart/form-data, as the tRPC client does.';

function tell(specials: readonly Special[]): string {
  const told = specials.map(({ kind, path }) =>
    path.length === 0 ? `the ${kind}` : `the ${kind} at ${path.join('.')}`,
  );
  return [...new Set(told)].join(', ');
}

function metaSchema(specials: readonly Special[]): Schema {
  const entries = specials.map(({ kind, path }) => [path.map(escape).join('.'), superjsonTypes[kind]!]);
  const isWhole = specials.some(({ path }) => path.length === 0);
  const lines = entries.map(([path, type]) => `${path}: ${type}`);
  return {
    type: 'object',
    description: [
      'The types of values that JSON has none for, by their paths, as superjson.serialize gives them.',
      ...(lines.length > 0 && !isWhole
        ? [`Of those that are sent: { "values": { ${lines.join(', ')} } }, with a number in place of each *.`]
        : []),
    ].join(' '),
    properties: { values: {} },
  };
}

function escape(key: string): string {
  return key.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
}
