import { isInstance, type TaughtClass } from '../codec.ts';
import { describeSchema, show } from '../explain/describe.ts';
import { fits } from '../fit.ts';
import type { Leaf } from './leaf.ts';
import { WireError } from '../wire-error.ts';

/** Makes a leaf of a class that the app teaches. It has no `is`: behind a schema that the app names, a value shows nothing. */
export function codecLeaf(codec: TaughtClass): Leaf {
  // With stacked inputs, another parser may have decoded the value already.
  const isDecoded = (wire: unknown): boolean => isInstance(codec, wire);
  const expected = describeSchema(codec.schema);
  return {
    schema: codec.schema,
    expected,
    fits: (wire) => fits(codec.schema, wire, codec.schema) || isDecoded(wire),
    decode(wire) {
      if (isDecoded(wire)) return wire;
      try {
        return codec.decode(wire);
      } catch (error) {
        if (error instanceof WireError) throw error;
        throw new WireError(error instanceof Error ? error.message : String(error));
      }
    },
    // Not left to the parser: the parser of a branded class may accept any value.
    refuse: (wire) => `expected ${expected}, received ${show(wire)}`,
    encode: (value) => codec.encode(value),
  };
}
