import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';
import { docOf } from './doc.ts';
import type { Reader } from './reader.ts';
import { isOpen, type Schema, setOwn, unionOf } from './schema.ts';

/** The schema of an object: of its own properties, as they are sent. */
export function toProperties(type: ts.Type, reader: Reader, place: string): Schema {
  const { compiler, checker } = reader;
  const properties = {};
  const required: string[] = [];
  for (const symbol of sort(propertiesOf(type, compiler))) {
    const name = compiler.unescapeLeadingUnderscores(symbol.escapedName);
    const { schema, mayBeAbsent } = reader.walk(checker.getTypeOfSymbol(symbol), `${place}.${name}`);
    if (schema === undefined) continue;
    setOwn(properties, name, { ...schema, ...docOf(symbol, compiler, checker) });
    // What may be anything may be `undefined` too.
    const isOptional = (symbol.flags & compiler.SymbolFlags.Optional) !== 0;
    if (!isOptional && !mayBeAbsent && !isOpen(schema)) required.push(name);
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...toIndexes(type, reader, place),
  };
}

/** The properties that an instance has itself, and whose values are sent. */
function propertiesOf(type: ts.Type, compiler: Compiler): ts.Symbol[] {
  const brands = brandsOf(type, compiler);
  return type.getProperties().filter((symbol) => {
    const name = String(symbol.escapedName);
    // The names of symbols and of `#private` fields.
    if (name.startsWith('__@') || name.startsWith('__#') || brands.has(symbol.name)) return false;
    const { SymbolFlags, ModifierFlags } = compiler;
    if (symbol.flags & (SymbolFlags.Method | SymbolFlags.Prototype)) return false;
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
    if (declaration === undefined) return true;
    // Accessors of a class are on its prototype.
    if (symbol.flags & SymbolFlags.Accessor && compiler.isClassLike(declaration.parent)) return false;
    return !(
      compiler.getCombinedModifierFlags(declaration) &
      (ModifierFlags.Private | ModifierFlags.Protected)
    );
  });
}

/** Keys that only types have, as in `User & { __brand: 'Admin' }`. */
function brandsOf(type: ts.Type, { TypeFlags }: Compiler): ReadonlySet<string> {
  if (!(type.flags & TypeFlags.Intersection)) return new Set();
  const names = (type as ts.IntersectionType).types
    .map((each) => each.getProperties().map(({ name }) => name))
    .filter((each) => each.length > 0 && each.every((name) => name.startsWith('__')));
  return new Set(names.flat());
}

/** In the order in which they are declared, which does not depend on what the compiler has read before. */
function sort(symbols: readonly ts.Symbol[]): readonly ts.Symbol[] {
  const places = new Map<ts.Symbol, { file: string; at: number }>();
  for (const symbol of symbols) {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) continue;
    places.set(symbol, { file: declaration.getSourceFile().fileName, at: declaration.pos });
  }
  if (places.size < symbols.length)
    return places.size === 0 ? symbols.toSorted((one, other) => (one.name < other.name ? -1 : 1)) : symbols;
  const files = new Set([...places.values()].map(({ file }) => file));
  if (files.size > 1) return symbols;
  return symbols.toSorted((one, other) => places.get(one)!.at - places.get(other)!.at);
}

/** What an object has under keys that its type does not name: `Record<string, number>` for example. */
function toIndexes(type: ts.Type, reader: Reader, place: string): Schema {
  const { compiler, checker } = reader;
  const patterns = {};
  const rest: Schema[] = [];
  for (const { keyType, type: value } of checker.getIndexInfosOfType(type)) {
    if (keyType.flags & compiler.TypeFlags.ESSymbolLike) continue;
    const { schema } = reader.walk(value, `${place}{}`);
    if (schema === undefined) continue;
    const key =
      keyType.flags & compiler.TypeFlags.TemplateLiteral ? reader.walk(keyType, place).schema : undefined;
    if (typeof key?.['pattern'] === 'string') setOwn(patterns, key['pattern'], schema);
    else rest.push(schema);
  }
  return {
    ...(Object.keys(patterns).length > 0 && { patternProperties: patterns }),
    ...(rest.length > 0 && { additionalProperties: unionOf(rest) }),
  };
}
