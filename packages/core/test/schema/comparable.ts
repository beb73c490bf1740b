import { isDeepStrictEqual } from 'node:util';

/** Says whether two values are equal, prototypes included. Files and forms are compared by their content. */
export async function isSame(left: unknown, right: unknown): Promise<boolean> {
  return isDeepStrictEqual(await toComparable(left), await toComparable(right));
}

/** Copies a value and turns parts that cannot be compared (File, Blob, FormData, stream, URL) into data. */
export async function toComparable(value: unknown, seen = new Map<object, unknown>()): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (value instanceof Blob) {
    const name = value instanceof File ? value.name : undefined;
    return { $file: value.constructor.name, name, type: value.type, text: await value.text() };
  }
  if (value instanceof FormData) {
    return { $form: await Promise.all([...value].map((entry) => toComparable(entry))) };
  }
  if (value instanceof ReadableStream) return { $stream: await new Response(value as never).text() };
  if (value instanceof URL) return { $url: value.href };
  if (value instanceof Promise) return toComparable(await value);
  if (value instanceof Map) {
    return new Map(
      (await Promise.all([...value].map((entry) => toComparable(entry, seen)))) as [unknown, unknown][],
    );
  }
  if (value instanceof Set)
    return new Set(await Promise.all([...value].map((item) => toComparable(item, seen))));
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    seen.set(value, copy);
    for (const item of value) copy.push(await toComparable(item, seen));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy = {};
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    const item = await toComparable((value as Record<string, unknown>)[key], seen);
    Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
