import { EncodeError, formatPath } from '../wire-error.ts';

/** Finds the first place where a value contains itself, and returns the error that names it. */
export function findCycle(value: unknown): EncodeError | undefined {
  const open = new Map<object, (string | number)[]>();
  const done = new Set<object>();
  return visit(value, []);

  function visit(at: unknown, path: (string | number)[]): EncodeError | undefined {
    if (typeof at !== 'object' || at === null || done.has(at)) return undefined;
    const start = open.get(at);
    if (start !== undefined) {
      return new EncodeError(
        `contains itself: it is ${start.length === 0 ? 'the result' : formatPath(start)} again`,
        path,
      );
    }
    if (path.length > 2000) return undefined;
    open.set(at, path);
    for (const [key, child] of entriesOf(at)) {
      const found = visit(child, [...path, key]);
      if (found !== undefined) return found;
    }
    open.delete(at);
    done.add(at);
    return undefined;
  }
}

function* entriesOf(value: object): Iterable<[string | number, unknown]> {
  if (Array.isArray(value)) yield* value.entries();
  else if (value instanceof Map) for (const [key, child] of value) yield [String(key), child];
  else if (value instanceof Set) yield* [...value].entries();
  else yield* Object.entries(value);
}
