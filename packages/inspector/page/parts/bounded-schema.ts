import { asRecord } from './record.ts';

/**
 * Prepares a schema of an endpoint for the validation of a value, which must not hold the page up: leaves out the patterns that
 * could take long on a text of this value. Returns `undefined` if the value cannot be validated in a reasonable time, for example
 * because alternatives refer to alternatives.
 */
export function toBoundedSchema(
  schema: object,
  value: unknown,
  { root = schema, most = mostSteps }: { root?: object; most?: number } = {},
): object | undefined {
  const slow = new Set<string>();
  const seen = new Set<string>();
  const known = new Map<object, unknown[]>();
  let left = most;
  const isWithin = visit(schema, value);
  if (!isWithin) return undefined;
  return slow.size > 0 ? (withoutPatterns(schema, slow) as object) : schema;

  /** Goes where a validator goes, and counts the steps. Returns false when they are too many. */
  function visit(at: unknown, given: unknown): boolean {
    const node = asRecord(at);
    if (!node) return true;
    if (--left < 0) return false;
    if (typeof given === 'string' && typeof node['pattern'] === 'string') {
      const key = `${given.length} ${node['pattern']}`;
      if (!seen.has(key) && isSlow(node['pattern'], given.length)) slow.add(node['pattern']);
      seen.add(key);
    }
    let places = known.get(node);
    if (!places) known.set(node, (places = placesOf(node)));
    return (
      places.every((each) => visit(each, given)) &&
      (typeof given !== 'object' ||
        (Array.isArray(given) ? visitEntries(node, given) : visitKeys(node, asRecord(given) ?? {})))
    );
  }

  /** The schemas that the same value has to follow, or may. */
  function placesOf(node: Readonly<Record<string, unknown>>): unknown[] {
    const target = typeof node['$ref'] === 'string' ? find(root, node['$ref']) : undefined;
    const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((word) =>
      Array.isArray(node[word]) ? node[word] : [],
    );
    const dependents = Object.values(asRecord(node['dependentSchemas']) ?? {});
    return [target, ...lists, ...dependents, node['not'], node['if'], node['then'], node['else']].filter(
      asRecord,
    );
  }

  function visitEntries(node: Readonly<Record<string, unknown>>, entries: readonly unknown[]): boolean {
    const { prefixItems, items, contains, additionalItems, unevaluatedItems } = node;
    const first = [prefixItems, items].find((each) => Array.isArray(each)) as unknown[] | undefined;
    const rest = [Array.isArray(items) ? additionalItems : items, contains, unevaluatedItems];
    return entries.every((entry, index) => [first?.[index], ...rest].every((each) => visit(each, entry)));
  }

  function visitKeys(
    node: Readonly<Record<string, unknown>>,
    values: Readonly<Record<string, unknown>>,
  ): boolean {
    const properties = asRecord(node['properties']) ?? {};
    const patterns = Object.entries(asRecord(node['patternProperties']) ?? {});
    const others = [node['additionalProperties'], node['unevaluatedProperties']];
    return Object.entries(values).every(([key, inner]) => {
      // Without its pattern, a schema for some keys would be one for others.
      if (patterns.some(([pattern]) => isSlow(pattern, key.length))) return false;
      const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
      const all = [own, ...patterns.map(([, each]) => each), ...others];
      return visit(node['propertyNames'], key) && all.every((each) => visit(each, inner));
    });
  }
}

/** A validator takes less than a second for so many. */
const mostSteps = 200_000;
const mostTries = 1e7;
/** The characters of a text on which a repetition of repetitions, such as `(a+)+`, ends in time. */
const mostOfNested = 20;

/** Whether a regular expression could take long on a text of so many characters. It may be called slow although it is not. */
export function isSlow(pattern: string, length: number): boolean {
  const { isNested, loops } = readLoops(pattern);
  return isNested ? length > mostOfNested : length ** loops > mostTries;
}

/** Counts what a regular expression repeats. One that may begin anywhere is one loop more. */
function readLoops(pattern: string): { isNested: boolean; loops: number } {
  // The first one stands for the whole expression, and each other one for a group that is open.
  const open = [{ varies: false, hasChoice: false }];
  let loops = 0;
  let isNested = false;
  const pieces = pattern.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\(|\)|\||(?:[*+?]|\{\d+(?:,\d*)?\})\??|./gsu);
  let closed: (typeof open)[number] | undefined;
  for (const [piece] of pieces) {
    const group = open.at(-1)!;
    const most = mostOf(piece);
    if (piece === '(') open.push({ varies: false, hasChoice: false });
    else if (piece === '|') group.hasChoice = true;
    else if (most !== undefined) {
      if (most.count > 1 && closed && (closed.varies || closed.hasChoice)) isNested = true;
      if (most.count > 20) loops += 1;
      group.varies ||= most.isRange;
    }
    closed = piece === ')' && open.length > 1 ? open.pop() : undefined;
    // What varies inside of a group varies in the one around it.
    if (closed) open.at(-1)!.varies ||= closed.varies || closed.hasChoice;
  }
  const isAnchored = pattern.startsWith('^') && !open[0]!.hasChoice;
  return { isNested, loops: loops + (isAnchored ? 0 : 1) };
}

/** How often a quantifier repeats at most, and whether it may repeat less often. `undefined` for what is no quantifier. */
function mostOf(piece: string): { count: number; isRange: boolean } | undefined {
  if (/^[*+]/.test(piece)) return { count: Infinity, isRange: true };
  if (piece.startsWith('?')) return { count: 1, isRange: true };
  const [, from, comma, to] = /^\{(\d+)(,?)(\d*)\}/.exec(piece) ?? [];
  if (from === undefined) return undefined;
  const count = comma === '' ? Number(from) : to === '' ? Infinity : Number(to);
  return { count, isRange: count !== Number(from) };
}

function find(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Keywords with values of the app, which are no schemas. */
const values = new Set(['const', 'enum', 'default', 'examples']);

function withoutPatterns(node: unknown, patterns: ReadonlySet<string>): unknown {
  if (Array.isArray(node)) return node.map((each) => withoutPatterns(each, patterns));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, child]: [string, unknown]) => {
      if (key === 'pattern' && typeof child === 'string' && patterns.has(child)) return [];
      return [[key, values.has(key) ? child : withoutPatterns(child, patterns)]];
    }),
  );
}
