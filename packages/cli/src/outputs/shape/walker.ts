import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';
import { type Builtin, bigintSchema, builtinOf, dateSchema, errorSchema, runtimeTypes } from './builtin.ts';
import { docOf } from './doc.ts';
import { Literals, toTemplate } from './literal.ts';
import { isOfLibrary, nameOf } from './name.ts';
import { toProperties } from './properties.ts';
import type { Reader } from './reader.ts';
import { absent, isOpen, open, present, type Schema, type Shape, toItem, unionOf } from './schema.ts';
import { toTuple } from './tuple.ts';

/** A type that may occur in several places, or in itself. Schemas refer to it as `#slot/<index>`. */
export interface Slot {
  index: number;
  /** What the app calls it; `undefined` for a type without a name. */
  name: string | undefined;
  /** Where it was first found. */
  place: string;
  shape: Shape | undefined;
  /** Whether the value may be `undefined`, also while the shape is being made. */
  mayBeAbsent: boolean;
  isRecursive: boolean;
}

/** Thrown where a type is too large to be written. */
export class TooLarge extends Error {}

/** No type that somebody wants to read is nested deeper. Types that grow without an end are. */
const deepest = 32;
/** How often a generic type may be in itself with other types: `Tree<T>` in `Tree<T[]>` goes on without an end. */
const mostInItself = 4;
/** How many types one procedure may have. */
const mostTypes = 4000;

/** Turns types into the JSON Schemas of what is sent of their values. */
export class Walker implements Reader {
  readonly slots: Slot[] = [];
  readonly compiler: Compiler;
  readonly checker: ts.TypeChecker;
  readonly #program: ts.Program;
  readonly #known = new Map<ts.Type, Slot>();
  #fresh: ts.Type[] = [];
  #open = 0;
  /** How often each generic type is being read. */
  readonly #origins = new Map<ts.Symbol, number>();

  constructor(compiler: Compiler, program: ts.Program) {
    this.compiler = compiler;
    this.checker = program.getTypeChecker();
    this.#program = program;
  }

  /** Begins with the output of a procedure. When it is too large, what was made of it is forgotten. */
  begin<T>(work: () => T): T {
    this.#fresh = [];
    this.#open = 0;
    try {
      return work();
    } catch (error) {
      for (const type of this.#fresh) this.#known.delete(type);
      throw error;
    }
  }

  walk(type: ts.Type, place: string): Shape {
    const { TypeFlags } = this.compiler;
    const { flags } = type;
    if (flags & TypeFlags.Any) {
      // The name of the type of an error is in a field that is not public.
      const { intrinsicName } = type as ts.Type & { intrinsicName?: string };
      return open(intrinsicName === 'error' || intrinsicName === 'unresolved' ? 'error' : 'any');
    }
    if (flags & TypeFlags.Unknown) return open('unknown');
    if (flags & (TypeFlags.Undefined | TypeFlags.Void | TypeFlags.Never | TypeFlags.ESSymbolLike))
      return absent;
    if (flags & TypeFlags.Null) return present({ type: 'null' });
    if (flags & TypeFlags.Union && !(flags & TypeFlags.Boolean)) return this.#walkUnionSlot(type, place);
    const scalar = this.#toScalar(type);
    if (scalar !== undefined) return present(scalar);
    if (flags & TypeFlags.NonPrimitive) return open('object');
    if (flags & TypeFlags.Intersection) return this.#walkIntersection(type as ts.IntersectionType, place);
    if (flags & TypeFlags.Object) return this.#walkObject(type as ts.ObjectType, place);
    const base = this.checker.getBaseConstraintOfType(type);
    return base === undefined || base === type ? open('unknown') : this.walk(base, place);
  }

  /** What a class or an interface of the runtime is, also if the type is derived from one. */
  builtinOf(type: ts.Type, depth = 0): { builtin: Builtin; type: ts.Type } | undefined {
    const { symbol } = type;
    const builtin = symbol && builtinOf(symbol.name);
    if (builtin !== undefined && this.#isOfRuntime(symbol)) return { builtin, type };
    if (depth > 8) return undefined;
    for (const base of this.#basesOf(type)) {
      const found = this.builtinOf(base, depth + 1);
      if (found !== undefined && found.builtin.kind !== 'anything') return found;
    }
    return undefined;
  }

  /** The types in the angle brackets of a type. */
  argumentsOf(type: ts.Type): readonly ts.Type[] {
    const { ObjectFlags } = this.compiler;
    const isReference = ((type as ts.ObjectType).objectFlags & ObjectFlags.Reference) !== 0;
    return isReference ? this.checker.getTypeArguments(type as ts.TypeReference) : [];
  }

  #isOfRuntime(symbol: ts.Symbol): boolean {
    return (symbol.declarations ?? []).some((declaration) => {
      const file = declaration.getSourceFile();
      return this.#program.isSourceFileDefaultLibrary(file) || runtimeTypes.test(file.fileName);
    });
  }

  #basesOf(type: ts.Type): readonly ts.Type[] {
    if (type.flags & this.compiler.TypeFlags.Intersection) return (type as ts.IntersectionType).types;
    const { ObjectFlags } = this.compiler;
    const { objectFlags } = type as ts.ObjectType;
    const target = objectFlags & ObjectFlags.Reference ? (type as ts.TypeReference).target : type;
    if (!((target as ts.ObjectType).objectFlags & ObjectFlags.ClassOrInterface)) return [];
    return this.checker.getBaseTypes(target as ts.InterfaceType);
  }

  #toScalar(type: ts.Type): Schema | undefined {
    const { TypeFlags } = this.compiler;
    const { flags } = type;
    if (flags & TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & TypeFlags.TemplateLiteral) return toTemplate(type as ts.TemplateLiteralType, this.compiler);
    const literals = new Literals(this.compiler);
    if (literals.add(type)) return literals.toSchemas(new Set())[0];
    if (flags & TypeFlags.StringLike) return { type: 'string' };
    if (flags & TypeFlags.NumberLike) return { type: 'number' };
    if (flags & TypeFlags.BigIntLike) return bigintSchema;
    return undefined;
  }

  /** Makes a slot of a type, so that it is written once, however often it occurs. */
  #inSlot(type: ts.Type, place: string, make: () => Shape, mayBeAbsent = false): Shape {
    const known = this.#known.get(type);
    if (known !== undefined) {
      if (known.shape === undefined) known.isRecursive = true;
      return refer(known);
    }
    const origin = originOf(type);
    const inItself = origin ? (this.#origins.get(origin) ?? 0) : 0;
    if (this.#open >= deepest || inItself > mostInItself) return open('nested too deeply');
    const slot: Slot = {
      index: this.slots.length,
      name: nameOf(type, this.compiler, this.checker),
      place,
      shape: undefined,
      mayBeAbsent,
      isRecursive: false,
    };
    this.slots.push(slot);
    this.#known.set(type, slot);
    this.#fresh.push(type);
    if (this.#fresh.length > mostTypes) throw new TooLarge();
    this.#open += 1;
    if (origin) this.#origins.set(origin, inItself + 1);
    try {
      slot.shape = make();
    } finally {
      this.#open -= 1;
      if (origin) this.#origins.set(origin, inItself);
    }
    return refer(slot);
  }

  #walkUnionSlot(type: ts.Type, place: string): Shape {
    const { TypeFlags } = this.compiler;
    const members = (type as ts.UnionType).types;
    const isPlain = members.every((each) => !(each.flags & (TypeFlags.Object | TypeFlags.Intersection)));
    const make = (): Shape => {
      const shape = this.#walkUnion(members, place);
      const doc = docOf(type.aliasSymbol ?? type.symbol, this.compiler, this.checker);
      return shape.schema && !isOpen(shape.schema)
        ? { ...shape, schema: { ...doc, ...shape.schema } }
        : shape;
    };
    const mayBeAbsent = members.some((each) => (each.flags & (TypeFlags.Undefined | TypeFlags.Void)) !== 0);
    return isPlain ? make() : this.#inSlot(type, place, make, mayBeAbsent);
  }

  #walkUnion(members: readonly ts.Type[], place: string): Shape {
    const { TypeFlags } = this.compiler;
    const literals = new Literals(this.compiler);
    const whole = new Set<string>();
    const schemas: Schema[] = [];
    let mayBeAbsent = false;
    let takesNull = false;
    for (const member of members) {
      if (literals.add(member)) continue;
      if (member.flags & TypeFlags.Null) takesNull = true;
      else {
        const shape = this.walk(member, place);
        mayBeAbsent ||= shape.mayBeAbsent;
        if (shape.schema === undefined) continue;
        schemas.push(shape.schema);
        const { type, pattern } = shape.schema;
        if (type === 'string' && pattern === undefined && shape.schema['format'] === undefined)
          whole.add('string');
        if (type === 'number') whole.add('number');
        if (shape.schema === bigintSchema) whole.add('bigint');
      }
    }
    const all = [...literals.toSchemas(whole), ...schemas, ...(takesNull ? [{ type: 'null' }] : [])];
    return { schema: all.length === 0 ? undefined : unionOf(all), mayBeAbsent };
  }

  #walkIntersection(type: ts.IntersectionType, place: string): Shape {
    const { TypeFlags } = this.compiler;
    const isObject = (each: ts.Type): boolean =>
      (each.flags & (TypeFlags.Object | TypeFlags.NonPrimitive)) !== 0;
    // A text that is branded, such as `string & { __brand: 'UserId' }`.
    const scalar = type.types.find((each) => !isObject(each));
    if (scalar !== undefined) return this.walk(scalar, place);
    return this.#walkObject(type, place);
  }

  #walkObject(type: ts.ObjectType | ts.IntersectionType, place: string): Shape {
    const { checker } = this;
    if (isMcpContent(type)) return absent;
    if (checker.isTupleType(type))
      return this.#inSlot(type, place, () => toTuple(type as ts.TypeReference, this, place));
    if (checker.isArrayType(type))
      return this.#inSlot(type, place, () => this.#toList(this.argumentsOf(type)[0], place));
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return absent;
    const found = this.builtinOf(type);
    const own = found?.type.symbol === type.symbol;
    if (found !== undefined && (own || !['error', 'anything'].includes(found.builtin.kind)))
      return this.#toBuiltin(found.builtin, type, found.type, place);
    // What maps every property of a type, such as a DeepPartial, makes a type of its own of a Date.
    if (type.getProperty('toISOString') && type.getProperty('getTime')) return present(dateSchema);
    const json = this.#toJson(type, place);
    if (json !== undefined) return json;
    if (found?.builtin.kind === 'error') return present(errorSchema);
    if (this.#saysNothing(type)) return open('{}');
    return this.#inSlot(type, place, () =>
      present({
        ...docOf(this.#documented(type), this.compiler, checker),
        ...toProperties(type, this, place),
      }),
    );
  }

  #documented(type: ts.Type): ts.Symbol | undefined {
    return docOf(type.aliasSymbol, this.compiler, this.checker).description === undefined
      ? type.symbol
      : type.aliasSymbol;
  }

  #toBuiltin(builtin: Builtin, type: ts.Type, base: ts.Type, place: string): Shape {
    switch (builtin.kind) {
      case 'leaf':
        return present(builtin.schema);
      case 'nothing':
        return absent;
      case 'anything':
        return open('object');
      case 'refused':
        return open(builtin.reason);
      case 'promise':
        // Only what a procedure returns is waited for.
        return open('a promise inside of a result, of which nothing is sent');
      case 'error':
        return present(errorSchema);
      case 'list': {
        const item = type.getNumberIndexType();
        return this.#inSlot(type, place, () => this.#toList(item, place));
      }
      case 'set':
        return this.#inSlot(type, place, () => this.#toList(this.#argumentsOfBase(type, base)[0], place));
      case 'map':
        break;
    }
    return this.#inSlot(type, place, () => this.#toMap(this.#argumentsOfBase(type, base), place));
  }

  /** The arguments of a base, in which the parameters of a generic class are those that it was given. */
  #argumentsOfBase(type: ts.Type, base: ts.Type): readonly ts.Type[] {
    const parameters = (type as Partial<ts.TypeReference>).target?.typeParameters ?? [];
    const given = this.argumentsOf(type);
    return this.argumentsOf(base).map((each) => {
      const index = parameters.findIndex((parameter) => parameter === each);
      return (index === -1 ? undefined : given[index]) ?? each;
    });
  }

  #toList(item: ts.Type | undefined, place: string): Shape {
    const inner = item === undefined ? open('unknown') : this.walk(item, `${place}[]`);
    return present({ type: 'array', items: toItem(inner) });
  }

  /** With text keys an object, else a list of pairs. An empty one has no keys, and is sent as an object in any case. */
  #toMap([key, value]: readonly ts.Type[], place: string): Shape {
    const { TypeFlags } = this.compiler;
    const values = value === undefined ? open('unknown') : this.walk(value, `${place}{}`);
    const keys = key === undefined ? open('unknown') : this.walk(key, `${place}{key}`);
    const kinds = key === undefined ? [] : key.flags & TypeFlags.Union ? (key as ts.UnionType).types : [key];
    const isText = (each: ts.Type): boolean => this.#isText(each);
    const names =
      key && kinds.length > 0 && kinds.every(isText) && Array.isArray(keys.schema?.['enum'])
        ? keys.schema
        : undefined;
    const object: Schema = {
      type: 'object',
      additionalProperties: values.schema ?? false,
      ...(names && { propertyNames: names }),
    };
    if (kinds.length > 0 && kinds.every(isText)) return present(object);
    const pair: Schema = {
      type: 'array',
      prefixItems: [toItem(keys), toItem(values)],
      items: false,
      minItems: 2,
      maxItems: 2,
    };
    const empty: Schema = { type: 'object', properties: {}, additionalProperties: false };
    const mayBeText =
      kinds.length === 0 ||
      kinds.some((each) => isText(each) || (each.flags & (TypeFlags.Any | TypeFlags.Unknown)) !== 0);
    return present({ anyOf: [{ type: 'array', items: pair }, mayBeText ? object : empty] });
  }

  #isText(type: ts.Type): boolean {
    const { TypeFlags } = this.compiler;
    if (type.flags & TypeFlags.StringLike) return true;
    return (
      (type.flags & TypeFlags.Intersection) !== 0 &&
      (type as ts.IntersectionType).types.some((each) => this.#isText(each))
    );
  }

  #toJson(type: ts.Type, place: string): Shape | undefined {
    const method = type.getProperty('toJSON');
    if (method === undefined) return undefined;
    const [signature] = this.checker.getTypeOfSymbol(method).getCallSignatures();
    return (
      signature &&
      this.#inSlot(type, place, () => this.walk(this.checker.getReturnTypeOfSignature(signature), place))
    );
  }

  /** Whether a type is `{}`, which takes a text too. An object literal without keys is an object. */
  #saysNothing(type: ts.Type): boolean {
    const { ObjectFlags } = this.compiler;
    const { objectFlags } = type as ts.ObjectType;
    const isWritten =
      (objectFlags & ObjectFlags.Anonymous) !== 0 && (objectFlags & ObjectFlags.ObjectLiteral) === 0;
    return (
      isWritten && type.getProperties().length === 0 && this.checker.getIndexInfosOfType(type).length === 0
    );
  }
}

/** The declaration of a generic type. */
function originOf(type: ts.Type): ts.Symbol | undefined {
  if (type.aliasTypeArguments?.length) return type.aliasSymbol;
  const given = (type as Partial<ts.TypeReference>).target?.typeParameters;
  return given?.length && type.symbol && !isOfLibrary(type.symbol) ? type.symbol : undefined;
}

function refer({ index, shape, mayBeAbsent }: Slot): Shape {
  // A type inside of itself is an object or a list, so it is there.
  if (shape !== undefined && shape.schema === undefined) return shape;
  return { schema: { $ref: `#slot/${index}` }, mayBeAbsent: shape?.mayBeAbsent ?? mayBeAbsent };
}

/** What `mcpContent` returns is sent as content, and has no JSON. */
function isMcpContent(type: ts.Type): boolean {
  const { symbol } = type;
  if (symbol?.name !== 'McpContent') return false;
  return type.getProperty('blocks') !== undefined;
}
