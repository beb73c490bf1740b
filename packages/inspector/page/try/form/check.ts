import { type OutputUnit, Validator } from '@cfworker/json-schema';
import { toBoundedSchema } from '../../parts/bounded-schema.ts';

/** What is wrong with a value, and where. */
export interface Problem {
  path: readonly (string | number)[];
  message: string;
}

/** Compares a value with a schema, by an interpreter. An empty list says that it follows the schema. */
export function checkValue(schema: object, value: unknown): Problem[] {
  const { valid, errors } = validate(schema, value, false);
  if (valid) return [];
  const problems = explain(errors);
  return problems.length > 0 ? problems : [{ path: [], message: 'This does not follow the schema.' }];
}

/** Whether a value follows a schema. A schema that cannot be read is followed by everything: the server decides. */
export function isValid(schema: object, value: unknown): boolean {
  return validate(schema, value, true).valid;
}

function validate(
  schema: object,
  value: unknown,
  isShort: boolean,
): { valid: boolean; errors: OutputUnit[] } {
  try {
    const text = JSON.stringify(value);
    // A pattern over megabytes of base64 takes more stack than there is. The form makes that base64 itself.
    const light = (text?.length ?? 0) > mostCharacters ? withoutEncodedPatterns(schema) : schema;
    const sent: unknown = text === undefined ? undefined : JSON.parse(text);
    const bounded = toBoundedSchema(light, sent);
    // The server decides.
    if (!bounded) return { valid: true, errors: [] };
    return new Validator(bounded, '2020-12', isShort).validate(sent);
  } catch {
    return { valid: true, errors: [] };
  }
}

const mostCharacters = 200_000;

function withoutEncodedPatterns(schema: unknown): object {
  return visit(schema) as object;
  function visit(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    const { pattern, ...rest } = node as Record<string, unknown>;
    const isEncoded =
      rest['contentEncoding'] === 'base64' || (typeof pattern === 'string' && pattern.includes(';base64,'));
    const kept = isEncoded || pattern === undefined ? rest : { ...rest, pattern };
    return Object.fromEntries(Object.entries(kept).map(([key, child]) => [key, visit(child)]));
  }
}

/** Keywords that only say that something inside of them is wrong. */
const outer = new Set([
  '$ref',
  'allOf',
  'properties',
  'items',
  'prefixItems',
  'additionalItems',
  'if',
  'dependentSchemas',
  'patternProperties',
]);

function explain(errors: readonly OutputUnit[]): Problem[] {
  const kept = errors.filter((error) => !errors.some((union) => isUnion(union) && isInside(error, union)));
  const problems = kept.flatMap((error): Problem[] => {
    if (isUnion(error)) return explainUnion(error, errors);
    const isNested = errors.some(
      (other) => other !== error && other.keywordLocation.startsWith(`${error.keywordLocation}/`),
    );
    if (outer.has(error.keyword) || (error.keyword === 'additionalProperties' && isNested))
      return isNested ? [] : [toProblem(error)];
    return [toProblem(error)];
  });
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    // The validator takes a property that is wrong for one that the schema does not name.
    if (
      message === unknownMessage &&
      problems.some((other) => other.message !== message && isAtOrUnder(other.path, path))
    )
      return false;
    const key = JSON.stringify([path, message]);
    return !seen.has(key) && seen.add(key);
  });
}

const unknownMessage = 'The tool has no such argument.';

function isAtOrUnder(path: Problem['path'], parent: Problem['path']): boolean {
  return parent.every((part, index) => path[index] === part);
}

function isUnion({ keyword }: OutputUnit): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

function isInside(error: OutputUnit, { keywordLocation }: OutputUnit): boolean {
  return error.keywordLocation.startsWith(`${keywordLocation}/`);
}

/** Says what is wrong with the alternative that the value comes nearest to: the one that is wrong deepest inside, if only one is. */
function explainUnion(union: OutputUnit, errors: readonly OutputUnit[]): Problem[] {
  const byBranch = new Map<string, OutputUnit[]>();
  for (const error of errors) {
    if (!isInside(error, union)) continue;
    const branch = error.keywordLocation.slice(union.keywordLocation.length + 1).split('/')[0]!;
    byBranch.set(branch, [...(byBranch.get(branch) ?? []), error]);
  }
  // A wrong type or tag at the value itself, or at a key of it that is a constant, says that another alternative is meant.
  const depth = union.instanceLocation.split('/').length;
  const near = [...byBranch.values()].filter((branch) =>
    branch.every(({ keyword, instanceLocation, error }) => {
      if (instanceLocation === union.instanceLocation && ['type', 'const', 'enum'].includes(keyword))
        return false;
      // A tag is a constant, or an enumeration of one text.
      const isTag =
        keyword === 'const' || (keyword === 'enum' && /any of \["(?:[^"\\]|\\.)*"\]\.$/.test(error));
      return !isTag || instanceLocation.split('/').length !== depth + 1;
    }),
  );
  if (near.length === 1) return explain(near[0]!);
  return [{ path: toPath(union.instanceLocation), message: 'This is none of the alternatives.' }];
}

function toProblem({ keyword, error, instanceLocation }: OutputUnit): Problem {
  const path = toPath(instanceLocation);
  const missing = keyword === 'required' ? /required property "(.*)"\.$/s.exec(error)?.[1] : undefined;
  if (missing !== undefined) return { path: [...path, missing], message: 'This is required.' };
  const unknown =
    keyword === 'additionalProperties' || keyword === 'unevaluatedProperties'
      ? /^Property "(.*)" does not match/s.exec(error)?.[1]
      : undefined;
  if (unknown !== undefined) return { path: [...path, unknown], message: unknownMessage };
  if (keyword === 'false')
    return {
      path,
      message: typeof path.at(-1) === 'number' ? 'The list is longer than it may be.' : unknownMessage,
    };
  return {
    path,
    message: error
      .replace(/^Instance type "(.*)" is invalid\. Expected "(.*)"\.$/, 'Expected $2, but this is $1.')
      .replace(/^Instance /, 'This ')
      .replace(/^String /, 'This text '),
  };
}

function toPath(location: string): (string | number)[] {
  return location
    .split('/')
    .slice(1)
    .map((part) => decode(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
