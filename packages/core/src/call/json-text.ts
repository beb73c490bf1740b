export interface JsonTextOptions {
  /** Sorts the keys of objects, so that the order in which a client sends them makes no difference. */
  isSorted?: boolean;
}

/**
 * Writes JSON as `JSON.stringify` does, however deeply it is nested: `JSON.stringify` calls itself for every level, and a
 * client could overflow the stack with `[[[[…`. Numbers are written as what they are, also those that `JSON.stringify`
 * would write like another value: a client can send `-0`, and `1e999`, which is read as `Infinity`. What else JSON has no
 * form for is written as `null`.
 */
export function toJsonText(json: unknown, { isSorted = false }: JsonTextOptions = {}): string {
  const pieces: string[] = [];
  const open: Level[] = [];
  const write = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      pieces.push(toScalarText(value));
      return;
    }
    const isList = Array.isArray(value);
    const keys = isList ? undefined : Object.keys(value);
    if (isSorted) keys?.sort();
    pieces.push(isList ? '[' : '{');
    open.push({
      at: value as Level['at'],
      keys,
      count: keys?.length ?? (value as unknown[]).length,
      next: 0,
    });
  };
  write(json);
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const { at, keys, count } = level;
    const index = level.next++;
    if (index === count) {
      pieces.push(keys ? '}' : ']');
      open.pop();
      continue;
    }
    if (index > 0) pieces.push(',');
    const key = keys?.[index];
    if (key !== undefined) pieces.push(JSON.stringify(key), ':');
    write(at[key ?? index]);
  }
  return pieces.join('');
}

function toScalarText(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value) ?? 'null';
}

/** Whether a value has more levels than that. Does not overflow the stack either. */
export function isDeeper(json: unknown, levels: number): boolean {
  let level = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}

/** An object or a list that is not written to its end yet. */
interface Level {
  at: Record<string | number, unknown>;
  /** `undefined` for a list. */
  keys: string[] | undefined;
  count: number;
  next: number;
}
