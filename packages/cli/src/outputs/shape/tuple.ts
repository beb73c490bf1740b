import type ts from 'typescript-6';
import type { Reader } from './reader.ts';
import { open, present, type Schema, type Shape, toItem, unionOf } from './schema.ts';

/** The schema of a tuple. What follows a rest, as in `[...string[], number]`, is one of a union. */
export function toTuple(type: ts.TypeReference, reader: Reader, place: string): Shape {
  const { elementFlags } = type.target as ts.TupleType;
  const { ElementFlags } = reader.compiler;
  const shapes = reader.checker
    .getTypeArguments(type)
    .map((item, index) => ({ flags: elementFlags[index] ?? 0, item, index }));
  const first: Schema[] = [];
  const rest: Schema[] = [];
  let least = 0;
  let ofRest: Schema | undefined;
  for (const { flags, item, index } of shapes) {
    const isVariadic = (flags & ElementFlags.Variadic) !== 0;
    const inner = isVariadic ? (item.getNumberIndexType() ?? undefined) : item;
    const shape = inner === undefined ? open('unknown') : reader.walk(inner, `${place}[${index}]`);
    const schema = toItem(shape);
    if (flags & ElementFlags.Required) least += 1;
    if (flags & (ElementFlags.Rest | ElementFlags.Variadic)) {
      ofRest = schema;
      rest.push(schema);
    } else if (ofRest === undefined) first.push(schema);
    else rest.push(schema);
  }
  return present({
    type: 'array',
    ...(first.length > 0 && { prefixItems: first }),
    items: rest.length > 0 ? unionOf(rest) : false,
    ...(least > 0 && { minItems: least }),
    ...(rest.length === 0 && { maxItems: first.length }),
  });
}
