import { parse, patch, stringify } from '@decimalturn/toml-patch';
import { isDeepStrictEqual } from 'node:util';
import { EditError } from './edit-error.ts';

type Table = Record<string, unknown>;

/** Reads a table of a table, such as `[mcp_servers.name]`. Throws an `EditError` for what is not TOML. */
export function readToml(text: string, container: string, name: string): Table | undefined {
  const tables = tablesOf(parseToml(text), container);
  if (!tables || !Object.hasOwn(tables, name)) return undefined;
  const entry = tables[name];
  if (!isTable(entry)) throw new EditError(`"${container}.${name}" is not a table`);
  return entry;
}

/** Writes a table of a table and leaves all others, and the comments, as they are. */
export function writeToml(text: string, container: string, name: string, entry: Table): string {
  const wanted = parseToml(text);
  const tables = tablesOf(wanted, container) ?? {};
  const isNew = !Object.hasOwn(tables, name);
  wanted[container] = { ...tables, [name]: entry };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const attempts = [
    // A table at the end is what a person would write. It is refused where the others are an inline table.
    ...(isNew ? [() => appendTable(text, container, name, entry, eol)] : []),
    () => patch(text, wanted),
    ...(isNew ? [] : [() => appendTable(withoutTable(text, container, name), container, name, entry, eol)]),
  ];
  for (const attempt of attempts) {
    try {
      const written = attempt();
      if (isDeepStrictEqual(parse(written), parse(stringify(wanted)))) return written;
    } catch {
      // The next way is tried.
    }
  }
  throw new EditError(`"${container}.${name}" can't be written without changing something else`);
}

function appendTable(text: string, container: string, name: string, entry: Table, eol: string): string {
  const scalars: string[] = [];
  const tables: string[] = [];
  const header = `${container}.${toKey(name)}`;
  for (const [key, value] of Object.entries(entry)) {
    if (isTable(value)) {
      tables.push('', `[${header}.${toKey(key)}]`, ...Object.entries(value).map(toLine));
    } else {
      scalars.push(toLine([key, value]));
    }
  }
  const lines = [`[${header}]`, ...scalars, ...tables];
  const kept = text.trimEnd();
  return `${kept}${kept === '' ? '' : eol + eol}${lines.join(eol)}${eol}`;
}

const withoutTable = (text: string, container: string, name: string): string => {
  const wanted = parseToml(text);
  const { [name]: _, ...others } = tablesOf(wanted, container) ?? {};
  wanted[container] = others;
  return patch(text, wanted);
};

const toKey = (key: string): string => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));
const toLine = ([key, value]: [string, unknown]): string => stringify({ [key]: value }).trim();

function tablesOf(document: Table, container: string): Table | undefined {
  const tables = document[container];
  if (tables !== undefined && !isTable(tables)) throw new EditError(`"${container}" is not a table`);
  return tables;
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function parseToml(text: string): Table {
  try {
    return parse(text) as Table;
  } catch (error) {
    const { message, line, column } = error as Error & { line?: number; column?: number };
    const said = message.split('\n').at(-1)!;
    throw new EditError(said, line === undefined ? undefined : { line, column: (column ?? 0) + 1 });
  }
}
