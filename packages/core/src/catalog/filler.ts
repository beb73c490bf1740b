import { isSchema, type JsonSchema } from '../schema/json-schema.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { Callable, Filler } from './callable.ts';
import { findUnknown, join } from './confirm.ts';

/** Makes what fills the question of a tool, of the query at `with`. Returns what prevents it. */
export function toFiller(
  { name, path, confirm, input: { renamed } }: Callable,
  query: Callable,
): Filler | SetupProblem[] {
  const { names, with: named } = confirm!;
  const { properties = {}, required = [] } = query.input.schema;
  const toSent = (own: string) => renamed?.get(own) ?? own;
  const missing = required.filter((own) => !names.includes(toSent(own)));
  const problems: SetupProblem[] = missing.map((own) => ({
    code: 'ARGUMENT_MISSING',
    path,
    message: `mcp.confirm.with names "${named}", which requires the argument "${own}"; the arguments of this procedure are: ${join(names)}`,
  }));
  const fields = fieldsOf(query.output.schema);
  const unknown = fields && findUnknown(confirm!, fields);
  if (unknown !== undefined) {
    const message = `mcp.confirm names {${unknown}}, which is neither an argument nor a field of what "${named}" returns; the arguments are: ${join(names)}; the fields are: ${join(fields!)}`;
    problems.push({ code: 'CONFIRM_UNKNOWN', path, message });
  }
  if (problems.length > 0) return problems;
  const own = Object.keys(properties).filter((each) => names.includes(toSent(each)));
  // Errors name the tool that the caller knows.
  return { query: { ...query, name }, arguments: own.map((each) => [each, toSent(each)]) };
}

/** The fields of what a query returns. `undefined` if there may be others than the schema says. */
function fieldsOf(schema: JsonSchema | undefined): string[] | undefined {
  const others: unknown = schema?.['anyOf'] ?? schema?.['oneOf'];
  // A query may return nothing, and then nobody is asked.
  if (
    schema &&
    Array.isArray(others) &&
    !('properties' in schema) &&
    !('$ref' in schema) &&
    !('allOf' in schema)
  ) {
    const all = others.map((each) => (isSchema(each) ? fieldsOf(each) : undefined));
    return all.every((each) => each !== undefined) ? [...new Set(all.flat())] : undefined;
  }
  if (typeof schema?.type === 'string' && schema.type !== 'object') return [];
  if (schema?.type !== 'object' || schema['additionalProperties'] !== false) return undefined;
  const isWhole = ['$ref', 'allOf', 'anyOf', 'oneOf', 'patternProperties'].every((word) => !(word in schema));
  return isWhole ? Object.keys(schema['properties'] ?? {}) : undefined;
}
