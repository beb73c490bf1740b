import { toPlainJson } from '../wire/encode-any.ts';
import type { JsonSchema } from '../json-schema.ts';
import { isStable } from '../stable.ts';

/** Adds a text to a description, unless the description contains it already. */
export function describe(target: JsonSchema, text: string): void {
  const before = target['description'];
  if (typeof before === 'string' && before.includes(text)) return;
  target['description'] = typeof before === 'string' ? `${before} (${text})` : text;
}

/** Describes the numbers of a TypeScript enum by their names, for example `0: Low, 1: High`. */
export function labelEnum(entries: Record<string, unknown>, target: JsonSchema): void {
  const labels = Object.entries(entries).filter(
    ([key, value]) => typeof value === 'number' && entries[String(value)] !== value && key !== String(value),
  );
  if (labels.length === 0) return;
  describe(target, labels.map(([key, value]) => `${String(value)}: ${key}`).join(', '));
}

/** Publishes a default of an input, encoded as JSON, unless it changes from call to call. An output has none: it is applied. */
export function setDefault(target: JsonSchema, read: () => unknown, io: 'input' | 'output'): void {
  const had = 'default' in target;
  delete target['default'];
  if (io === 'output' || !isStable(read)) return;
  const value = read();
  // A converter leaves out a default on the other side of a transform. It also leaves out bigints, which we can encode.
  const json = had || typeof value === 'bigint' ? toPlainJson(value) : undefined;
  if (json !== undefined) target['default'] = json;
}
