import { deref, isSchema, type JsonSchema } from '../../src/schema/json-schema.ts';

/** What a parser refuses although the published schema allows it, and the words that say so to the model. */
interface Unsaid {
  why: string;
  /** Matches the problem, as the model reads it. */
  cause: RegExp;
  /** Matches the descriptions, or the format, of the place and of what holds it: `description`, `format:uuid`. */
  says: RegExp;
}

/** By kind. What is not in this table, the schema has to say. */
const kinds: Record<string, Unsaid> = {
  'regular expressions': {
    why: 'no keyword says which texts are regular expressions',
    cause: /expected .*a regular expression such as/,
    says: /a regular expression of JavaScript/,
  },
  'keys of records': {
    why: 'clients refuse propertyNames; words say what keys are, or there are properties where keys are few',
    cause:
      /^Unrecognized key|^Invalid key in record|^Invalid (?:enum value|option)|unknown; |^Invalid (?:type|input|string)|^String must contain/i,
    says: /the keys are|needs all of the keys|each key is/,
  },
  'bounds that do not count themselves': {
    why: 'not all clients know exclusiveMinimum',
    cause: /^Too (?:small|big)|^Number must be|must be (?:more|less) than|Invalid value/,
    says: /(?:more|less) than -?[\d.]+/,
  },
  'steps that a computer does not store exactly': {
    why: 'clients divide, and 0.07 / 0.01 is no whole number',
    cause: /multiple of/,
    says: /a multiple of [\d.]+/,
  },
  'bounds of dates and bigints': {
    why: 'these are strings in JSON, and keywords bound numbers only',
    cause: /(?:expected (?:date|bigint) to be|must be (?:greater|smaller|less)) /i,
    says: /[<>]=? ?[\d-]+|64-bit integer/,
  },
  'date-times of one form': {
    why: 'the pattern says what the format says, but for offsets, fractions of a second, and a lower-case t or z',
    cause: /^Invalid (?:ISO )?datetime|^Invalid timestamp|^must be an ISO 8601/i,
    says: /ISO 8601/,
  },
  UUIDs: {
    why: 'the pattern says what the format says, but for versions and variants that nothing makes',
    cause: /^Invalid uuid|^must be a UUID/i,
    says: /format:uuid|UUID version/,
  },
  'email addresses': {
    why: 'the pattern says what the format says, but for characters that hardly an address has',
    cause: /^Invalid email|^must be an email address/i,
    says: /format:email|email address/,
  },
  URLs: {
    why: 'the format takes every scheme and host',
    cause: /^Invalid URL/,
    says: /URL with /,
  },
  'texts of formats that no client checks': {
    why: 'strict clients refuse unknown formats',
    cause: /^Invalid (?:emoji|JWT|MAC|IP|odd)|^must be a well-formed/i,
    says: /emoji only|JSON Web Token|format: odd|a well-formed/,
  },
  'patterns that only JavaScript reads': {
    why: 'RE2 and grammars have no flags and no look-around',
    cause: /must match pattern|^Invalid$|^Invalid input$|^Invalid format|must be matched by/,
    says: /has to match the pattern|has to be of a form that only the server can check/,
  },
};

/** Fixtures whose arguments functions of the app refuse. Nothing can know for what. */
const functions: Record<string, RegExp> = {
  'a base64url cursor decoded by a codec': /JSON|expected (?:object|number|string)/,
  'a date range, refined': /must not be before/,
  'a FormData piped into an object': /^required/,
  // Its own functions make undefined of what is empty.
  'zod-form-data': /expected (?:string|File)/,
  'an object that is refined twice, branded, readonly and described': /must not be after/,
  'a string piped into a coerced number': /expected number/,
  'a string transformed into a date, piped': /expected date/,
  'a number codec from text, not repaired': /expected number/,
  'custom with a check': /^Invalid input$/,
  'zod 3: transform, pipe, preprocess, coerce': /^Expected number/,
  'zod 3: refined whole input': /order/,
  'arktype: narrowed': /in order/,
};

/** The kind of `kinds` that excuses this problem, if the words are where it is. */
export function excuseOf(
  schema: JsonSchema,
  args: unknown,
  { path, message }: { path: string; message: string },
  fixture?: string,
): string | undefined {
  if (fixture !== undefined && functions[fixture]?.test(message) === true) return 'functions of the app';
  const steps = stepsOf(path);
  if (isInLongTuple(schema, args, steps)) return 'items of long tuples';
  const nodes = [steps, steps.slice(0, -1)].flatMap((some) => nodesAt(schema, some));
  const text = nodes
    .map(
      ({ description = '', format }) =>
        `${description}${typeof format === 'string' ? ` format:${format}` : ''}`,
    )
    .join('\n');
  return Object.keys(kinds).find((kind) => kinds[kind]!.cause.test(message) && kinds[kind]!.says.test(text));
}

/** Reads a path as errors write it: `rows[2]["a b"].c`. */
function stepsOf(path: string): (string | number)[] {
  const parts = path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return Array.from(parts, ([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? name! : (JSON.parse(quoted) as string);
  });
}

/** All schemas that may apply to one place: those of every branch. */
function nodesAt(root: JsonSchema, steps: readonly (string | number)[]): JsonSchema[] {
  let nodes = branchesOf(root, root, 0);
  for (const step of steps) {
    const children = nodes.flatMap((node) => childrenOf(node, step));
    nodes = children.flatMap((child) => branchesOf(root, child, 0));
  }
  return nodes;
}

function branchesOf(root: JsonSchema, raw: JsonSchema, depth: number): JsonSchema[] {
  const node = deref(root, raw);
  if (depth > 8) return [node];
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => (node[keyword] ?? []) as JsonSchema[]);
  return [node, ...parts.flatMap((part) => branchesOf(root, part, depth + 1))];
}

function childrenOf(node: JsonSchema, step: string | number): JsonSchema[] {
  const { properties = {}, items, prefixItems = [], additionalProperties } = node;
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined;
  const found = typeof step === 'number' ? [(prefixItems as unknown[])[step], items] : [];
  return [own, ...found, own === undefined ? additionalProperties : undefined].filter((each) =>
    isSchema(each),
  );
}

/**
 * Whether this place is in a list that is longer than what is written out of a tuple. Clients before 2020-12 apply `items`
 * to all items, so there only words say which item is of which kind.
 */
function isInLongTuple(schema: JsonSchema, args: unknown, steps: readonly (string | number)[]): boolean {
  let value = args;
  return steps.some((step, index) => {
    const list = value;
    value = (value as Record<string | number, unknown> | undefined)?.[step];
    if (!Array.isArray(list)) return false;
    return nodesAt(schema, steps.slice(0, index)).some(({ description = '' }) => {
      const [, from] = /all items from number (\d+) on are of the same kind/.exec(description) ?? [];
      return from !== undefined && list.length >= Number(from) + mostAfterTuple;
    });
  });
}

/** How many items after those of a tuple are written out. */
const mostAfterTuple = 3;
