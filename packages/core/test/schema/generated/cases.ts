import fc from 'fast-check';
import { mutationsOf } from './mutate.ts';
import { samplesOf, type Sample } from './sample.ts';
import { typesOf, type Kind, type Type } from './type.ts';

/** A type, values of it and, where asked for, arguments that are nearly right. */
export interface Case {
  type: Type;
  samples: Sample[];
  mutations: unknown[];
}

/** Half of the types are the properties of an object, as inputs mostly are; the others are the whole input. */
export function casesOf(
  kinds: ReadonlySet<Kind>,
  sortsUnions: boolean | undefined,
  samples: number,
  mutations = 0,
): fc.Arbitrary<Case> {
  const type = typesOf(kinds, sortsUnions);
  const object = fc
    .dictionary(fc.constantFrom('since', 'id', 'filter', 'list'), type, {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    })
    .map((shape): Type => ({ kind: 'object', mode: 'strip', shape }));
  return fc.oneof(type, object).chain((root) => {
    const sample = samplesOf(root);
    const mutation = sample.chain(({ wire }) => (wire === undefined ? fc.constant(null) : mutationsOf(wire)));
    return fc.record({
      type: fc.constant(root),
      samples: fc.array(sample, { minLength: samples, maxLength: samples }),
      mutations: fc.array(mutation, { minLength: mutations, maxLength: mutations }),
    });
  });
}

/** Makes the arguments of a call: the value as JSON, under `input` if the advertised schema says so. */
export function toArguments(schema: { properties?: object }, wire: unknown): unknown {
  const wrapped = schema.properties !== undefined && 'input' in schema.properties;
  if (wrapped) return wire === undefined ? {} : JSON.parse(JSON.stringify({ input: wire }));
  return wire === undefined ? undefined : JSON.parse(JSON.stringify(wire));
}
