import { isRecord } from '../record.ts';
import type { Inferred } from '../schema/inferred.ts';
import { eachChild, type JsonSchema, refTo, setOwn } from '../schema/json-schema.ts';
import { findInvalid } from '../schema/validity.ts';

/** What `trpc-mcp outputs` writes: the outputs of procedures without `.output()`, read from their TypeScript types. */
export interface OutputSchemas {
  /** The version of this form: 1. */
  version: number;
  /** What each procedure returns, by its dotted path. */
  procedures: Readonly<Record<string, OutputSchema>>;
  /** What several of the schemas have in common. They refer to it as `#/$defs/<name>`. */
  $defs?: Readonly<Record<string, object>>;
}

/** What one procedure returns. */
export interface OutputSchema {
  /** The JSON Schema of its result, as it is sent. */
  schema?: object;
  /** The JSON Schema of each value, where the procedure is a generator or a subscription. */
  items?: object;
  /** Whether it may return `undefined`. */
  optional?: boolean;
  /** Whether the result has a place for files or bytes, which become content blocks. */
  files?: boolean;
}

/** Outputs of which a handler asks by path. */
export interface OutputBook {
  /** What the procedure at this path returns. */
  find(path: string): Inferred | undefined;
  /** What each value is that the procedure at this path yields. */
  findItem(path: string): Inferred | undefined;
}

/** The version that this package reads. */
const version = 1;

const books = new WeakMap<OutputSchemas, OutputBook>();

/** Opens what was given as the option `outputs`. It has been checked. */
export function bookOf(outputs: OutputSchemas): OutputBook {
  const known = books.get(outputs) ?? openOutputs(outputs);
  books.set(outputs, known);
  return known;
}

function openOutputs(outputs: OutputSchemas): OutputBook {
  const { procedures, $defs = {} } = outputs;
  const defs = $defs as Record<string, JsonSchema>;
  const find = (path: string, side: 'schema' | 'items'): Inferred | undefined => {
    const entry = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
    const schema = entry?.[side] as JsonSchema | undefined;
    if (entry === undefined || schema === undefined) return undefined;
    return {
      schema: withDefs(schema, defs),
      isOptional: entry.optional === true && side === 'schema',
      holdsFiles: entry.files === true,
    };
  };
  return { find: (path) => find(path, 'schema'), findItem: (path) => find(path, 'items') };
}

/** Adds the definitions that a schema refers to, also by way of others. */
function withDefs(schema: JsonSchema, defs: Record<string, JsonSchema>): JsonSchema {
  const names = new Map(Object.keys(defs).map((name) => [refTo(name), name]));
  const used: Record<string, JsonSchema> = {};
  const collect = (node: JsonSchema): void => {
    const name = typeof node['$ref'] === 'string' ? names.get(node['$ref']) : undefined;
    if (name !== undefined && !Object.hasOwn(used, name)) {
      setOwn(used, name, defs[name]!);
      collect(defs[name]!);
    }
    eachChild(node, collect);
  };
  collect(schema);
  return Object.keys(used).length === 0 ? schema : { ...schema, $defs: used };
}

/** Returns what is wrong with a value of the option `outputs`, and what to do. */
export function findOutputsProblem(outputs: unknown): string | undefined {
  const again = 'run `trpc-mcp outputs` again, and pass what it writes';
  if (!isRecord(outputs)) return `it has to be what \`trpc-mcp outputs\` writes; ${again}`;
  if (outputs['version'] !== version) {
    const given =
      outputs['version'] === undefined ? 'no version' : `version ${JSON.stringify(outputs['version'])}`;
    return `it has ${given}, and this version of @trpc-mcp/core reads version ${version}; install the same version of @trpc-mcp/cli, and ${again}`;
  }
  if (isDeeperThan(mostLevels, outputs)) return `it is nested deeper than ${mostLevels} levels; ${again}`;
  const { procedures, $defs = {} } = outputs;
  if (!isRecord(procedures) || !isRecord($defs)) return `it has to have procedures by their path; ${again}`;
  for (const [path, entry] of Object.entries(procedures)) {
    const wrong = isRecord(entry) ? findWrongKey(entry) : 'it has to be an object';
    if (wrong !== undefined) return `its entry of ${path} is malformed: ${wrong}; ${again}`;
  }
  const invalid = findInvalid({
    $defs: $defs as Record<string, JsonSchema>,
    properties: toSchemas(procedures as Record<string, OutputSchema>),
  });
  return invalid === undefined ? undefined : `it has a JSON Schema that is not valid: ${invalid}; ${again}`;
}

/** What the command writes is far from it. What is deeper overflows the stack, here or in a client. */
const mostLevels = 500;

function isDeeperThan(levels: number, value: unknown): boolean {
  const left: [value: unknown, level: number][] = [[value, 0]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [each, level] = next;
    if (typeof each !== 'object' || each === null) continue;
    if (level > levels) return true;
    for (const child of Object.values(each)) left.push([child, level + 1]);
  }
  return false;
}

function findWrongKey({
  schema,
  items,
  optional,
  files,
  ...others
}: Record<string, unknown>): string | undefined {
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return `${unknown} is not known`;
  for (const [key, value] of Object.entries({ schema, items }))
    if (value !== undefined && !isRecord(value)) return `${key} has to be a JSON Schema`;
  for (const [key, value] of Object.entries({ optional, files }))
    if (value !== undefined && typeof value !== 'boolean') return `${key} has to be true or false`;
  return undefined;
}

function toSchemas(procedures: Record<string, OutputSchema>): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {};
  for (const [path, { schema, items }] of Object.entries(procedures)) {
    if (schema) setOwn(schemas, path, schema);
    if (items) setOwn(schemas, `${path} items`, items);
  }
  return schemas;
}
