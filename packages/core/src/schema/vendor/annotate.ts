import { toPlainJson } from '../wire/encode-any.ts';
import type { JsonSchema } from '../json-schema.ts';
import { isStable } from '../stable.ts';

/** Adds to a description; what it says already is not said twice. */
export function describe(target: JsonSchema, text: string): void {
  const before = target['description'];
  if (typeof before === 'string' && before.includes(text)) return;
  target['description'] = typeof before === 'string' ? `${before} (${text})` : text;
}

/** Names the numbers of a TypeScript enum, which alone tell a reader nothing. */
export function labelEnum(entries: Record<string, unknown>, target: JsonSchema): void {
  const labels = Object.entries(entries).filter(
    ([key, value]) => typeof value === 'number' && entries[String(value)] !== value && key !== String(value),
  );
  if (labels.length > 0)
    describe(target, labels.map(([key, value]) => `${String(value)}: ${key}`).join(', '));
}

/** Publishes a default as the wire has it, unless it changes from call to call, or has been applied already. */
export function setDefault(target: JsonSchema, read: () => unknown, io: 'input' | 'output'): void {
  const had = 'default' in target;
  delete target['default'];
  if (io === 'output' || !isStable(read)) return;
  const value = read();
  // Converters leave out what belongs to the other side of a transform; and bigints, which we can say.
  const json = had || typeof value === 'bigint' ? toPlainJson(value) : undefined;
  if (json !== undefined) target['default'] = json;
}
