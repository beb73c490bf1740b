import { areJson, type Conversion } from './conversion.ts';
import { convertStandard, isStandard, type StandardSchema } from './standard.ts';
import { deref, eachChild, mapChildren, type JsonSchema } from '../json-schema.ts';
import { bigintLeaf, dateLeaf, literalLeaf } from '../wire/leaf.ts';
import { addWords, getMark, notePatterns, setMark } from '../mark.ts';

export function isArktype(parser: unknown, io: 'input' | 'output'): parser is StandardSchema {
  return isStandard(parser, io) && parser['~standard'].vendor === 'arktype';
}

export function convertArktype(parser: StandardSchema, conversion: Conversion): JsonSchema {
  const convert = (type: StandardSchema): JsonSchema =>
    convertStandard(type, conversion, { fallback: createFallback(conversion, nodesOf(parser)) });
  const schema = convert(parser);
  if (conversion.io === 'input') wordPatterns(schema, nodesOf(parser));
  const notes = conversion.io === 'input' && conversion.notesStrips;
  const strict = notes ? refuseDeleted(parser) : undefined;
  if (strict !== undefined) noteStrips(schema, convert(strict), conversion);
  return markInfinities(schema, conversion);
}

/** What we read of the nodes that a type consists of. They have no public types. */
interface ArkNode {
  kind: string;
  undeclared?: string;
  /** The source of a pattern. */
  rule?: unknown;
  predicate?: unknown;
  meta?: { description?: unknown };
  references: readonly ArkNode[];
  transform(map: (kind: string, inner: object) => object): StandardSchema;
}

function nodesOf(parser: StandardSchema): readonly ArkNode[] {
  return (parser as { internal?: ArkNode }).internal?.references ?? [];
}

/** What a keyword of arktype says of itself, such as "a well-formed numeric string". The app may say it too. */
function descriptionOf({ meta }: ArkNode): string | undefined {
  return typeof meta?.description === 'string' ? meta.description : undefined;
}

/** Notes what patterns want in words, for those that are not published. */
function wordPatterns(schema: JsonSchema, nodes: readonly ArkNode[]): void {
  const words = new Map<unknown, { words: string }>();
  for (const node of nodes) {
    const description = node.kind === 'pattern' ? descriptionOf(node) : undefined;
    if (description !== undefined) words.set(node.rule, { words: description });
  }
  if (words.size === 0) return;
  const note = (node: JsonSchema): void => {
    const parts = [node, ...((node['allOf'] ?? []) as JsonSchema[])];
    const known = parts.flatMap(({ pattern }) => {
      const found = words.get(pattern);
      return found === undefined ? [] : [[pattern as string, found] as const];
    });
    notePatterns(node, Object.fromEntries(known));
    eachChild(node, note);
  };
  note(schema);
}

/**
 * Makes a type that refuses the keys which this one deletes (`'+': 'delete'`). A JSON Schema of arktype does not show
 * which keys are deleted. Returns undefined if none are, which is arktype's default: it passes unknown keys on.
 */
function refuseDeleted(parser: StandardSchema): StandardSchema | undefined {
  const node = (parser as { internal?: ArkNode }).internal;
  try {
    if (
      node?.references.some(({ kind, undeclared }) => kind === 'structure' && undeclared === 'delete') !==
      true
    ) {
      return undefined;
    }
    return node.transform((kind, inner) =>
      kind === 'structure' && 'undeclared' in inner && inner.undeclared === 'delete'
        ? { ...inner, undeclared: 'reject' }
        : inner,
    );
  } catch {
    // Some recursive types cannot be changed. Their unknown keys stay unknown to us.
    return undefined;
  }
}

/** Notes the objects that are closed in `strict`, but not in `schema`, which is the same otherwise. */
function noteStrips(schema: JsonSchema, strict: JsonSchema, conversion: Conversion): void {
  if (strict['additionalProperties'] === false && schema['additionalProperties'] === undefined) {
    conversion.putStrips(schema);
  }
  const others: JsonSchema[] = [];
  eachChild(strict, (child) => others.push(child));
  const children: JsonSchema[] = [];
  eachChild(schema, (child) => children.push(child));
  if (children.length !== others.length) return;
  for (const [index, child] of children.entries()) noteStrips(child, others[index]!, conversion);
}

/** Whether `undefined` is accepted. Read from the converted schema: asking the type would run the app's own narrowing. */
export function arktypeAllowsUndefined(
  _: StandardSchema,
  __: 'input' | 'output',
  schema: JsonSchema,
): boolean {
  // The root of a recursive type is a reference to itself.
  const root = deref(schema, schema);
  const branches = (root['anyOf'] ?? []) as JsonSchema[];
  return (
    Object.keys(root).every((key) => key === '$schema') ||
    [root, ...branches].some((each) => getMark(each)?.is === 'undefined')
  );
}

/** A part of a type that JSON Schema cannot express. `code` is the kind, `base` is the schema that arktype has so far. */
interface Gap {
  code: string;
  base: JsonSchema;
  proto?: unknown;
  domain?: string;
  unit?: unknown;
  pattern?: unknown;
  predicate?: unknown;
}

// Answers arktype's question about each gap: the option `fallback` of its Standard JSON Schema.
function createFallback(conversion: Conversion, nodes: readonly ArkNode[]): (gap: Gap) => JsonSchema {
  return (gap) => {
    const schema = { ...gap.base };
    if (gap.code === 'patternIntersection' && typeof gap.pattern === 'string') {
      schema['allOf'] = [...((schema['allOf'] ?? []) as JsonSchema[]), { pattern: gap.pattern }];
    } else if (gap.code === 'predicate') {
      const node = nodes.find(({ predicate }) => predicate !== undefined && predicate === gap.predicate);
      const words = node === undefined ? undefined : descriptionOf(node);
      if (words !== undefined && conversion.io === 'input') addWords(schema, words);
    } else if (gap.code === 'date' || gap.proto === Date) {
      conversion.putLeaf(schema, dateLeaf);
    } else if (gap.code === 'proto') {
      conversion.putClass(schema, gap.proto);
    } else if (gap.code === 'domain' && gap.domain === 'bigint') {
      conversion.putLeaf(schema, bigintLeaf);
    } else if (gap.code === 'unit' && gap.unit === undefined) {
      setMark(schema, { is: 'undefined' });
    } else if (gap.code === 'unit' && !areJson([gap.unit]) && typeof gap.unit !== 'symbol') {
      conversion.putLeaf(schema, gap.unit instanceof Date ? dateLeaf : literalLeaf([gap.unit]));
    } else if (gap.code === 'domain' || gap.code === 'unit') {
      setMark(schema, {
        is: 'never',
        code: 'SCHEMA_UNSUPPORTED',
        reason: `no JSON value can be given for a ${gap.domain ?? typeof gap.unit}`,
      });
    }
    return schema;
  };
}

// Makes leaves of the infinities, which arktype writes into a JSON Schema although JSON has none.
function markInfinities(schema: JsonSchema, conversion: Conversion): JsonSchema {
  const marked = mapChildren(schema, (child) => markInfinities(child, conversion));
  const values = 'const' in marked ? [marked['const']] : ((marked['enum'] ?? []) as unknown[]);
  if (!areJson(values)) conversion.putLeaf(marked, literalLeaf(values));
  return marked;
}
