import { isHeaderName } from '../header-name.ts';
import { isSchema, type JsonSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';

/** An argument that a client of revision 2026-07-28 also sends as a header. */
export interface ParamHeader {
  /** The full name of the header, in lower case. */
  header: string;
  /** The keys of nested objects that lead to the argument. */
  path: readonly string[];
}

const keyword = 'x-mcp-header';
const types = new Set(['integer', 'string', 'boolean']);

/**
 * Finds the arguments that `x-mcp-header` marks. Throws a `SchemaProblem` for a mark that would make clients ignore the tool.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#x-mcp-header
 */
export function toParamHeaders(schema: JsonSchema): ParamHeader[] {
  const headers: ParamHeader[] = [];
  const collect = (node: JsonSchema, path: readonly string[]) => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      if (!isSchema(child)) continue;
      const here = [...path, key];
      if (keyword in child) headers.push(toParamHeader(child, here));
      collect(child, here);
    }
  };
  collect(schema, []);
  // Clients look at properties only. A mark elsewhere, in the items of a list for example, is an error.
  const marks = countMarks(schema);
  if (marks > headers.length) fail(`${keyword} may only be set on properties of plain objects`);
  const names = headers.map(({ header }) => header);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`two arguments have the ${keyword} "${twice.slice(prefix.length)}"`);
  return headers;
}

/** How often the keyword stands in a schema, in whatever place. */
function countMarks(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const key in value) {
    if (key === keyword) count++;
    count += countMarks((value as Record<string, unknown>)[key]);
  }
  return count;
}

const prefix = 'mcp-param-';

/** Whether a header, by its name in lower case, carries an argument. */
export function isParamHeader(name: string): boolean {
  return name.startsWith(prefix) && name.length > prefix.length && isHeaderName(name);
}

function toParamHeader(schema: JsonSchema, path: readonly string[]): ParamHeader {
  const name = schema[keyword];
  const where = path.join('.');
  if (typeof name !== 'string' || !isHeaderName(name)) {
    return fail(`${keyword} of ${where} is ${JSON.stringify(name)}, which is not the name of a header`);
  }
  if (typeof schema.type !== 'string' || !types.has(schema.type)) {
    return fail(`${keyword} of ${where} is only possible for a string, an integer or a boolean`);
  }
  return { header: `${prefix}${name.toLowerCase()}`, path };
}

function fail(message: string): never {
  throw new SchemaProblem('HEADER_INVALID', `${message}; correct it in the meta of the schema, or remove it`);
}
