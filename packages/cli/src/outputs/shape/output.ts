import type ts from 'typescript-6';
import type { Reader } from './reader.ts';
import { absent, open, present, type Schema, setOwn, type Shape, unionOf } from './schema.ts';

/** What the result of a procedure becomes, and what each value that it yields. */
export interface OutputShape {
  whole: Shape;
  /** `undefined` if it yields nothing. */
  items: Shape | undefined;
}

/**
 * Reads the output of a procedure. As core does, it waits for promises and reads streams of the result itself, and of the
 * properties of an object that has some.
 */
export function toOutput(
  type: ts.Type,
  kind: 'query' | 'mutation' | 'subscription',
  reader: Reader,
  place: string,
): OutputShape {
  const awaited = reader.checker.getAwaitedType(type) ?? type;
  const stream = streamOf(awaited, reader);
  if (stream === undefined) {
    // What an observable emits is the output of its procedure.
    const isObservable = kind === 'subscription';
    const shape = isFailure(awaited, reader) ? open('error') : gather(awaited, reader, place);
    return isObservable ? { whole: absent, items: shape } : { whole: shape, items: undefined };
  }
  const items = gatherYielded(stream.yields, reader, place);
  return { whole: toEnd(stream, items, reader, place), items };
}

/** What the types of tRPC say where TypeScript, before 5.5, does not find out what a subscription emits. */
function isFailure(type: ts.Type, { compiler }: Reader): boolean {
  const parts = type.flags & compiler.TypeFlags.Intersection ? (type as ts.IntersectionType).types : [type];
  return parts.some(
    (part) =>
      (part.flags & compiler.TypeFlags.StringLiteral) !== 0 &&
      (part as ts.StringLiteralType).value === 'Subscription output could not be inferred',
  );
}

interface Stream {
  yields: ts.Type;
  returns: ts.Type | undefined;
}

/** A stream becomes what it returns at its end. If that is nothing, it becomes the list of its values. */
function toEnd({ returns }: Stream, items: Shape, reader: Reader, place: string): Shape {
  const { schema: item = { type: 'null' } } = items;
  const list: Schema = {
    type: 'array',
    items: items.mayBeAbsent ? unionOf([item, { type: 'null' }]) : item,
  };
  const isUnknown = returns === undefined || (returns.flags & reader.compiler.TypeFlags.Any) !== 0;
  const end = isUnknown ? absent : gather(returns, reader, place);
  if (end.schema === undefined) return present(list);
  return { schema: end.mayBeAbsent ? unionOf([end.schema, list]) : end.schema, mayBeAbsent: false };
}

/** Some of the values may have `tracked()`, and others not. */
function gatherYielded(type: ts.Type, reader: Reader, place: string, depth = 0): Shape {
  const isUnion = (type.flags & reader.compiler.TypeFlags.Union) !== 0;
  const members = isUnion ? (type as ts.UnionType).types : [type];
  const values = members.map((member) => unwrapTracked(member, reader));
  if (values.every((value, index) => value === members[index])) return gather(type, reader, place, depth);
  const shapes = values.map((value) => gather(value, reader, place, depth));
  const schemas = shapes.map(({ schema }) => schema).filter((schema) => schema !== undefined);
  return {
    schema: schemas.length === 0 ? undefined : unionOf(schemas),
    mayBeAbsent: shapes.some(({ mayBeAbsent }) => mayBeAbsent),
  };
}

function gather(type: ts.Type, reader: Reader, place: string, depth = 0): Shape {
  const { checker, compiler } = reader;
  const awaited = checker.getAwaitedType(type) ?? type;
  const stream = streamOf(awaited, reader);
  if (stream !== undefined) {
    return toEnd(stream, gatherYielded(stream.yields, reader, place, depth + 1), reader, place);
  }
  const isObject = (awaited.flags & compiler.TypeFlags.Object) !== 0 && depth < 8;
  if (!isObject || reader.builtinOf(awaited) !== undefined) return reader.walk(awaited, place);
  const properties = awaited
    .getProperties()
    .map((symbol) => ({ symbol, type: checker.getTypeOfSymbol(symbol) }));
  const isStreamed = properties.some((each) => isPending(each.type, reader));
  if (!isStreamed) return reader.walk(awaited, place);
  const made = {};
  const required: string[] = [];
  for (const { symbol, type: inner } of properties) {
    const { schema, mayBeAbsent } = gather(inner, reader, `${place}.${symbol.name}`, depth + 1);
    if (schema === undefined) continue;
    setOwn(made, symbol.name, schema);
    if (!mayBeAbsent && !(symbol.flags & compiler.SymbolFlags.Optional)) required.push(symbol.name);
  }
  return present({ type: 'object', properties: made, ...(required.length > 0 && { required }) });
}

/** Whether a value is waited for, or read to its end. */
function isPending(type: ts.Type, reader: Reader): boolean {
  return reader.builtinOf(type)?.builtin.kind === 'promise' || streamOf(type, reader) !== undefined;
}

/** Reads what an async iterable yields and returns, by its methods. */
function streamOf(type: ts.Type, { checker, compiler }: Reader): Stream | undefined {
  if (!(type.flags & (compiler.TypeFlags.Object | compiler.TypeFlags.Intersection))) return undefined;
  const method = type
    .getProperties()
    .find(({ escapedName }) => String(escapedName).startsWith('__@asyncIterator'));
  const iterator = method && returnOf(checker.getTypeOfSymbol(method), checker);
  const next = iterator?.getProperty('next');
  const promise = next && returnOf(checker.getTypeOfSymbol(next), checker);
  const result = promise && checker.getAwaitedType(promise);
  if (result === undefined) return undefined;
  const parts = result.flags & compiler.TypeFlags.Union ? (result as ts.UnionType).types : [result];
  let [yields, returns]: (ts.Type | undefined)[] = [];
  for (const part of parts) {
    const [done, value] = ['done', 'value'].map((name) => part.getProperty(name));
    if (value === undefined) continue;
    const flag = done && checker.typeToString(checker.getTypeOfSymbol(done));
    if (flag === 'true') returns = checker.getTypeOfSymbol(value);
    else yields = checker.getTypeOfSymbol(value);
  }
  return yields && { yields, returns };
}

function returnOf(type: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  const [signature] = type.getCallSignatures();
  return signature && checker.getReturnTypeOfSignature(signature);
}

/** Of a value with `tracked()`, the id is sent apart. */
function unwrapTracked(type: ts.Type, reader: Reader): ts.Type {
  const { checker, compiler } = reader;
  if (type.flags & compiler.TypeFlags.Object && checker.isTupleType(type)) {
    const [id, data, mark] = reader.argumentsOf(type);
    const isTracked = mark !== undefined && (mark.flags & compiler.TypeFlags.ESSymbolLike) !== 0;
    return isTracked && id !== undefined && data !== undefined ? data : type;
  }
  const name = type.aliasSymbol?.name ?? type.symbol?.name;
  const data = name === 'TrackedData' ? type.getProperty('data') : undefined;
  const isOfTrpc = [type.aliasSymbol, type.symbol].some((symbol) =>
    symbol?.declarations?.some((each) => /@trpc[\\/+]server/.test(each.getSourceFile().fileName)),
  );
  return data !== undefined && isOfTrpc ? checker.getTypeOfSymbol(data) : type;
}
