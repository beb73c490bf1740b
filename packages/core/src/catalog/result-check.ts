import { isRecord } from '../record.ts';
import { isMcpContent } from '../schema/content.ts';
import type { Inferred } from '../schema/inferred.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { findMismatch, type Mismatch } from '../schema/mismatch.ts';
import type { Encoded, Output } from '../schema/output.ts';

/** Is told where a result differs from the type of its procedure. */
export type TellMismatch = (tool: string, path: string, mismatch: Mismatch) => void;

/** Compares every result with the type that was read, and changes none. `items` is the type of what a stream yields. */
export function checkResults(
  output: Output,
  { whole, items }: { whole?: Inferred | undefined; items?: Inferred | undefined },
  tell: (mismatch: Mismatch) => void,
): Output {
  const check = (value: unknown, { json }: Encoded): void => {
    if (isMcpContent(value)) return;
    const found = items
      ? findInItems(items.schema, json)
      : whole && (json === undefined ? findAbsence(whole) : findMismatch(whole.schema, json));
    if (found) tell(found);
  };
  return {
    ...output,
    encode(value) {
      const encoded = output.encode(value);
      if (!(encoded instanceof Promise)) check(value, encoded);
      else {
        return encoded.then((read) => {
          check(value, read);
          return read;
        });
      }
      return encoded;
    },
  };
}

function findAbsence({ isOptional }: Inferred): Mismatch | undefined {
  return isOptional
    ? undefined
    : { path: [], words: 'is undefined, and the type says that there is a result' };
}

/** Looks at what was collected. A generator may return something else at its end. */
function findInItems(item: JsonSchema, json: unknown): Mismatch | undefined {
  const { items, ended } = isRecord(json) ? (json as { items?: unknown; ended?: unknown }) : {};
  if (!Array.isArray(items) || ended === undefined) return undefined;
  const { $defs, ...schema } = item;
  const list = { type: 'array', items: schema, ...($defs && { $defs }) };
  const found = findMismatch(list, items);
  return found && { ...found, path: ['items', ...found.path] };
}
