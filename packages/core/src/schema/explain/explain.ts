import { cut, describeSchema, orList, show } from './describe.ts';
import { fits } from '../fit.ts';
import { countIssues, maxIssuesRead, readIssues, toIssues, type Issue } from './issue.ts';
import { deref, isSchema, type JsonSchema } from '../json-schema.ts';
import { isPairs } from '../wire/decode.ts';
import { toPlainJson } from '../wire/encode-any.ts';
import { descend, intoItem, intoPair, narrow, type Place } from './locate.ts';
import { getMark } from '../mark.ts';
import { isRecord } from '../../record.ts';
import { compileChoice } from '../wire/union.ts';
import type { Marked, Step } from '../wire/traverse.ts';
import { formatPath, WireError, type WireIssue } from '../wire-error.ts';

/** Says what a client calls the place that is at these keys for the app. */
export type Rename = (keys: readonly (string | number)[]) => readonly (string | number)[];

/** A problem, and the keys of its place as the app calls them. */
interface Explained {
  keys: readonly (string | number)[];
  message: string;
}

const maxIssues = 10;
const maxIssuesMade = 200;
const maxMessageCharacters = 300;

/**
 * Words a validation error in terms of the arguments that were sent: its first ten problems. Returns undefined for any
 * other error.
 */
export function explainError(
  marked: Marked,
  error: unknown,
  args: unknown,
  wrap: string | undefined,
  mend: Step | undefined,
  rename: Rename = (keys) => keys,
): WireIssue[] | undefined {
  const issues = readIssues(error);
  if (issues === undefined) return undefined;
  // A WireError is in terms of the arguments already.
  const wireError = findWireError(error);
  if (wireError !== undefined) return wireError.issues;
  const wire = mend === undefined ? args : mendSafely(mend, args);
  const root: Place = { keys: [], wire: wire ?? {}, node: marked.root };
  const start = wrap === undefined ? root : descend(marked, root, wrap, false);
  const found: WireIssue[] = [];
  let made = 0;
  for (const issue of issues) {
    for (const { keys, message } of explainIssue(marked, issue, start, 0)) {
      const each = { path: formatPath(rename(keys)), message };
      // Nested unions may say the same thing any number of times.
      if (++made > maxIssuesMade) return found;
      if (found.some((other) => other.path === each.path && other.message === each.message)) continue;
      found.push(each);
      // The problems are made one by one, so that a value with many of them costs no more than one with ten.
      if (found.length === maxIssues) return found;
    }
  }
  return found;
}

/** How many problems a validation error has, of which `explained` are told. */
export function countProblems(error: unknown, explained: readonly WireIssue[]): number {
  const wireError = findWireError(error);
  if (wireError !== undefined) return wireError.count;
  const count = countIssues(error);
  // A validator may say the same thing twice, so its own count is used only if not all of its problems are told.
  return explained.length < maxIssues && count <= maxIssuesRead
    ? explained.length
    : Math.max(count, explained.length);
}

function findWireError(error: unknown): WireError | undefined {
  let each = error;
  for (let hops = 0; each instanceof Error && hops < 5; hops++, each = each.cause)
    if (each instanceof WireError) return each;
  return undefined;
}

function mendSafely(mend: Step, args: unknown): unknown {
  try {
    return mend(args, 0);
  } catch {
    return args;
  }
}

function* explainIssue(marked: Marked, issue: Issue, start: Place, depth: number): Generator<Explained> {
  let place = start;
  for (const key of issue.keys) place = descend(marked, place, key, issue.skipsItems);
  const { raw } = issue;
  const nested = raw['issues'];
  if (
    Array.isArray(nested) &&
    (raw['code'] === 'invalid_key' || raw['code'] === 'invalid_element') &&
    depth < 8
  ) {
    yield* explainEntry(marked, issue, toIssues(nested, issue.skipsItems), place, depth);
    return;
  }
  const branches = raw['errors'] ?? raw['unionErrors'];
  if (raw['code'] === 'invalid_union' && Array.isArray(branches) && branches.length > 0 && depth < 8) {
    yield* explainUnion(marked, issue, branches, place, depth);
    return;
  }
  yield explainPlace(marked, issue, intoItems(marked, issue, place));
}

// zod 4 gives an issue of a Set's item the path of the Set. Such an issue is moved to the item.
function intoItems(marked: Marked, { raw, skipsItems }: Issue, start: Place): Place {
  const isOfSet = raw['origin'] === 'set' || raw['expected'] === 'set' || raw['expected'] === 'Set';
  if (!skipsItems || isOfSet) return start;
  let place = start;
  for (let hops = 0; hops < 8; hops++) {
    const node = narrow(marked, place);
    if (node === undefined || getMark(node)?.is !== 'set') return place;
    const item = intoItem(marked, { ...place, node });
    if (item.wire === place.wire) return place;
    place = item;
  }
  return place;
}

function* explainEntry(
  marked: Marked,
  issue: Issue,
  nested: Issue[],
  place: Place,
  depth: number,
): Generator<Explained> {
  const node = narrow(marked, place);
  if (node === undefined || getMark(node)?.is !== 'pairs') {
    if (nested.length === 0) yield explainPlace(marked, issue, place);
    for (const each of nested) {
      yield explainPlace(marked, { ...each, message: `${issue.message}: ${each.message}` }, place);
    }
    return;
  }
  const pair = intoPair(marked, { ...place, node });
  for (const each of nested) yield* explainIssue(marked, each, pair, depth + 1);
}

/** Explains the issues of the branch that the client meant. If that is unclear, says what the union accepts. */
function* explainUnion(
  marked: Marked,
  issue: Issue,
  errors: readonly unknown[],
  place: Place,
  depth: number,
): Generator<Explained> {
  const branches = errors.map((each) => {
    const list = (each as { issues?: unknown }).issues ?? each;
    const isAbsolute = (each as { issues?: unknown }).issues !== undefined;
    const issues = toIssues(list as unknown[], issue.skipsItems);
    // Inside a union, the paths of zod 3 start at the root, those of zod 4 at the union.
    return isAbsolute ? issues.map((own) => ({ ...own, keys: own.keys.slice(issue.keys.length) })) : issues;
  });
  const node = place.node === undefined ? undefined : deref(marked.root, place.node);
  const options = ((node?.['anyOf'] ?? node?.['oneOf']) as JsonSchema[] | undefined) ?? [];
  const chosen = options.length === branches.length ? compileChoice(marked, options)(place.wire) : -1;
  const meant = chosen === -1 ? nearest(branches) : branches[chosen];
  if (meant === undefined || meant.length === 0) {
    yield explainPlace(marked, issue, place);
    return;
  }
  const inside = chosen === -1 ? place : { ...place, node: options[chosen] };
  for (const each of meant) yield* explainIssue(marked, each, inside, depth + 1);
}

// The nearest branch is the one with the fewest issues, among those that were not rejected as a whole.
function nearest(branches: readonly Issue[][]): Issue[] | undefined {
  const inside = branches.filter(
    (issues) => issues.length > 0 && issues.every((issue) => issue.keys.length > 0),
  );
  return inside.toSorted((one, other) => one.length - other.length)[0];
}

function explainPlace(marked: Marked, issue: Issue, place: Place): Explained {
  return { keys: place.keys, message: cut(wordsFor(marked, issue, place), maxMessageCharacters) };
}

// Matches the default messages of the validators for a wrong type. A message of the app's own is kept. A message may
// repeat what the client sent, so the pattern only ever starts at the beginning of it.
const typeMessage =
  /^(?:invalid (?:input|type|value|option|literal)|expected |required|must be (?!at|more|less|in )|input not instance|.* must be a|.* is a required)/i;

function wordsFor(marked: Marked, { message, raw }: Issue, place: Place): string {
  const node = narrow(marked, place);
  if (node === undefined) return message;
  if (isMarked(marked, node, 0) && !isFitHere(marked, node, place.wire)) {
    const expected = describeWire(marked, node, 0);
    const words =
      place.wire === undefined
        ? `required; expected ${expected}`
        : `expected ${expected}, received ${show(place.wire)}`;
    return typeMessage.test(message) ? words : `${message} (${words})`;
  }
  if (place.wire === undefined && place.keys.length > 0 && typeMessage.test(message)) {
    return `required; expected ${describeWire(marked, node, 0)}`;
  }
  if (raw['code'] === 'invalid_union' && typeMessage.test(message)) {
    return `expected ${describeWire(marked, node, 0)}, received ${show(place.wire)}`;
  }
  return toWireBounds(message, raw);
}

/** Whether a type has another form in JSON than the validator's message says, here or in a branch. */
function isMarked(marked: Marked, raw: JsonSchema, depth: number): boolean {
  const node = deref(marked.root, raw);
  const mark = getMark(node)?.is;
  if (mark !== undefined) return mark !== 'undefined';
  const parts = (node['anyOf'] ?? node['oneOf'] ?? node['allOf']) as JsonSchema[] | undefined;
  return depth < 8 && (parts ?? []).some((part) => isSchema(part) && isMarked(marked, part, depth + 1));
}

// Checks only the type of an array or object that has a mark. Problems inside have issues of their own.
function isFitHere(marked: Marked, node: JsonSchema, wire: unknown): boolean {
  const mark = getMark(node)?.is;
  if (mark === 'set') return Array.isArray(wire);
  if (mark === 'pairs') return isPairs(wire);
  if (mark === 'map' || mark === 'form') return isRecord(wire);
  return fits(node, wire, marked.root, marked.leaves);
}

function describeWire(marked: Marked, raw: JsonSchema, depth: number): string {
  const node = deref(marked.root, raw);
  const mark = getMark(node);
  if (mark?.is === 'leaf') return marked.leaves[mark.leaf]!.expected;
  if (mark?.is === 'pairs') return 'an array of [key, value] pairs';
  const parts = (node['anyOf'] ?? node['oneOf'] ?? node['allOf']) as JsonSchema[] | undefined;
  if (parts === undefined || depth > 4) return describeSchema(node);
  const accepted = parts.filter(
    (part) => isSchema(part) && getMark(part)?.is !== 'undefined' && getMark(part)?.is !== 'never',
  );
  return orList([...new Set(accepted.map((part) => describeWire(marked, part, depth + 1)))]);
}

// The messages of zod contain bounds of dates in milliseconds.
function toWireBounds(message: string, raw: Readonly<Record<string, unknown>>): string {
  if (raw['origin'] !== 'date') return message;
  const bound = raw['maximum'] ?? raw['minimum'];
  if (typeof bound !== 'number' || !Number.isFinite(bound)) return message;
  return message.replace(String(bound), String(toPlainJson(new Date(bound))));
}
