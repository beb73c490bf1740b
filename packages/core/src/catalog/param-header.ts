import { isSchema, type JsonSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';

/** An argument that a client of 2026 sends as a header too. */
export interface ParamHeader {
  /** The header's whole name, in lower case. */
  header: string;
  /** Where the argument is, as keys of nested objects. */
  path: readonly string[];
}

const keyword = 'x-mcp-header';
const types = new Set(['integer', 'string', 'boolean']);

/**
 * The arguments that `x-mcp-header` marks. Throws a `SchemaProblem` where the mark is one for which clients drop the tool.
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
  // What is not reached by properties alone, no client can find.
  const marks = JSON.stringify(schema).split(`"${keyword}":`).length - 1;
  if (marks > headers.length) refuse(`${keyword} may stand on properties of plain objects only`);
  const names = headers.map(({ header }) => header);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`two arguments have the ${keyword} "${twice.slice(prefix.length)}"`);
  return headers;
}

const prefix = 'mcp-param-';

/** Whether a text is a valid name of an HTTP header. @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}

/** Whether a header, by its name in lower case, carries an argument. */
export function isParamHeader(name: string): boolean {
  return name.startsWith(prefix) && name.length > prefix.length && isHeaderName(name);
}

function toParamHeader(schema: JsonSchema, path: readonly string[]): ParamHeader {
  const name = schema[keyword];
  const where = path.join('.');
  if (typeof name !== 'string' || !isHeaderName(name)) {
    return refuse(`${keyword} of ${where} is ${JSON.stringify(name)}, which is no name for a header`);
  }
  if (typeof schema.type !== 'string' || !types.has(schema.type)) {
    return refuse(`${keyword} of ${where} needs a string, an integer or a boolean`);
  }
  return { header: `${prefix}${name.toLowerCase()}`, path };
}

function refuse(message: string): never {
  throw new SchemaProblem('HEADER_INVALID', `${message}; mend it in the schema’s meta, or take it out`);
}
