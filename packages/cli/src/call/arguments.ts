import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { type Schema, SchemaReader } from './schema.ts';

/**
 * Reads the arguments of a call: a JSON object, and `--arg name=value` which win over it. A value is read as its schema wants
 * it. `a.b=1` sets a key inside; a repeated name makes a list; `name=@file` takes the text of a file; `name:=[1,2]` is JSON.
 */
export function readArguments(
  json: string | undefined,
  given: readonly string[],
  schema: Schema,
  folder: string,
): Record<string, unknown> {
  const args = json === undefined ? {} : parseObject(json);
  const set = new Set<string>();
  const reader = new SchemaReader(schema);
  for (const each of given) {
    const { name, text, isJson } = split(each);
    const { path, schemas } = reader.find(name);
    const value = isJson ? parseValue(text, each) : readValue(text, schemas, folder, reader);
    const key = JSON.stringify(path);
    put(args, path, value, set.has(key) || takesList(reader.typesOf(schemas)));
    set.add(key);
  }
  return args;
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new CliError(`The arguments are not JSON: ${(cause as Error).message}`, {
      cause,
      fix: `Write an object, such as '{"id": 1}', in single quotes. Or name arguments: --arg id=1.`,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError('The arguments are not an object', {
      fix: `Write them with their names, such as '{"id": 1}'.`,
    });
  return value as Record<string, unknown>;
}

function split(text: string): { name: string; text: string; isJson: boolean } {
  const match = /^([^=]+?)(:?=)(.*)$/s.exec(text);
  if (!match) throw new CliError(`--arg ${text} has no value`, { fix: 'Write --arg name=value.' });
  return { name: match[1]!, text: match[3]!, isJson: match[2] === ':=' };
}

function parseValue(text: string, whole: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`--arg ${whole} is not JSON after :=`, {
      cause,
      fix: 'Write JSON, or use = for a text.',
    });
  }
}

function takesList(types: readonly string[]): boolean {
  return types.includes('array') && !types.includes('string');
}

/** A text stays a text where the schema takes one, so that `00123` keeps its zeros. */
function readValue(text: string, schemas: readonly Schema[], folder: string, reader: SchemaReader): unknown {
  if (text.startsWith('@@')) return text.slice(1);
  if (text.startsWith('@') && text.length > 1) return readFile(text.slice(1), schemas, folder);
  const isItem = takesList(reader.typesOf(schemas)) && !text.startsWith('[');
  const types = reader.typesOf(isItem ? reader.itemsOf(schemas) : schemas);
  if (types.includes('string') || types.length === 0)
    return text === 'null' && types.includes('null') ? null : text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The server says what it wants instead.
    return text;
  }
}

/** A file's text, or its bytes as base64 where the schema takes a file. */
function readFile(name: string, schemas: readonly Schema[], folder: string): unknown {
  const path = resolve(folder, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CliError(`${name} could not be read`, {
      cause,
      fix: 'Check the path after @. For a text that starts with @, write @@.',
    });
  }
  const base64 = 'base64';
  if (schemas.some((schema) => schema.contentEncoding === base64)) return bytes.toString(base64);
  if (schemas.some((schema) => schema.properties?.['data']?.contentEncoding === base64))
    return { name, data: bytes.toString(base64) };
  return bytes.toString('utf8');
}

/** Sets a value inside of an object. A key such as `__proto__` is a key like any other. */
function put(
  target: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  isList: boolean,
): void {
  let at = target;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    const inner = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    define(at, key, inner);
    at = inner;
  }
  const last = path.at(-1)!;
  const before = Object.hasOwn(at, last) ? at[last] : undefined;
  const added = Array.isArray(value) ? value : [value];
  define(at, last, isList ? [...(before === undefined ? [] : [before].flat()), ...added] : value);
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
