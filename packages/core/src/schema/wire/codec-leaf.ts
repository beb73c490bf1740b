import type { TaughtClass } from '../codec.ts';
import { describeSchema, show } from '../explain/describe.ts';
import { fits } from '../fit.ts';
import type { Leaf } from './leaf.ts';
import { WireError } from '../wire-error.ts';

/** A class of the app's own as a leaf. Misfits are refused here: a parser behind a brand may accept anything. */
export function codecLeaf(codec: TaughtClass): Leaf {
  const name = codec.class?.name ?? 'the value';
  // Another parser of the same input may have decoded it already.
  const isDecoded = (wire: unknown): boolean => codec.class !== undefined && wire instanceof codec.class;
  const expected = describeSchema(codec.schema);
  return {
    name,
    schema: codec.schema,
    expected,
    ownEncode: true,
    fits: (wire) => fits(codec.schema, wire, codec.schema) || isDecoded(wire),
    decode: (wire) => {
      if (isDecoded(wire)) return wire;
      try {
        return codec.decode(wire);
      } catch (error) {
        throw error instanceof WireError
          ? error
          : new WireError(error instanceof Error ? error.message : String(error));
      }
    },
    // Not left to the parser: behind a brand it may accept anything.
    refuse: (wire) => `expected ${expected}, received ${show(wire)}`,
    is: (value) => codec.class !== undefined && value instanceof codec.class,
    encode: (value) => codec.encode(value),
  };
}
