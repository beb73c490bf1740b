import { commentOf, hintsOf, toComment } from './comment.ts';
import { toKey, toLiteral } from './literal.ts';
import { isSchema, resolve, type Schema } from './schema.ts';
import type { TypeNames } from './type-names.ts';

/** A written type, and what it needs parentheses in. */
interface Written {
  text: string;
  kind: 'one' | 'union' | 'all';
}

const unknownType: Written = { text: 'unknown', kind: 'one' };
const neverType: Written = { text: 'never', kind: 'one' };

/** How deep a type is written, how many values of an enum, and how long an object in one line may be. */
const mostLevels = 12;
const mostValues = 40;
const mostInLine = 90;

/** Writes the JSON Schemas of one document as types of TypeScript. Each text is valid, whatever the schema is. */
export class TypeWriter {
  readonly #root: unknown;
  readonly #names: TypeNames;
  readonly #base: string;

  /** `base` begins the names of types that the document has no name for. */
  constructor(root: unknown, base: string, names: TypeNames) {
    this.#root = root;
    this.#base = base;
    this.#names = names;
  }

  write(schema: unknown, indent = ''): string {
    return this.#write(schema, { indent, level: 0, inside: nothing }).text;
  }

  #write(schema: unknown, at: At): Written {
    if (schema === false) return neverType;
    if (!isSchema(schema) || at.level > mostLevels) return unknownType;
    const { $ref } = schema;
    const parts: Written[] = [];
    if (typeof $ref === 'string') parts.push(this.#writeRef($ref, at));
    if (Object.hasOwn(schema, 'const')) parts.push(one(toLiteral(schema['const'])));
    else if (Array.isArray(schema['enum'])) parts.push(writeEnum(schema['enum']));
    else parts.push(...this.#writeTypes(schema, at));
    for (const key of ['anyOf', 'oneOf'] as const) {
      const branches = schema[key];
      if (Array.isArray(branches) && branches.length > 0)
        parts.push(union(branches.map((branch) => this.#write(branch, deeper(at)))));
    }
    const { allOf } = schema;
    if (Array.isArray(allOf)) parts.push(...allOf.map((part) => this.#write(part, deeper(at))));
    const whole = intersection(parts);
    return schema['nullable'] === true ? union([whole, one('null')]) : whole;
  }

  /** A type that contains itself, or that is used more than once, gets a name. */
  #writeRef(ref: string, at: At): Written {
    const target = resolve(this.#root, ref);
    if (target === undefined) return unknownType;
    if (!isSchema(target)) return this.#write(target, deeper(at));
    const known = this.#names.find(target);
    // TypeScript takes a type that contains itself only inside of an object or a list.
    if (known !== undefined) return at.inside.has(known) ? unknownType : one(known);
    if (!this.#names.isNeeded(target, this.#root)) return this.#write(target, deeper(at));
    const write = (name: string) =>
      this.#write(target, { indent: '', level: 0, inside: new Set([...at.inside, name]) }).text;
    return one(this.#names.define(target, nameIn(ref) ?? this.#base, write));
  }

  #writeTypes(schema: Schema, at: At): Written[] {
    const { type } = schema;
    const given = Array.isArray(type) ? type : type === undefined ? [] : [type];
    const types = given.filter((each): each is string => typeof each === 'string');
    if (types.length > 0)
      return [union([...new Set(types)].map((each) => this.#writeType(each, schema, at)))];
    // Without a type, the keywords say what it may be.
    if (isSchema(schema['properties']) || isSchema(schema['patternProperties']))
      return [this.#writeObject(schema, at)];
    return isSchema(schema['items']) || Array.isArray(schema['prefixItems'])
      ? [this.#writeArray(schema, at)]
      : [];
  }

  #writeType(type: string, schema: Schema, at: At): Written {
    switch (type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return one(type);
      case 'integer':
        return one('number');
      case 'array':
        return this.#writeArray(schema, at);
      case 'object':
        return this.#writeObject(schema, at);
      default:
        return unknownType;
    }
  }

  #writeArray(schema: Schema, at: At): Written {
    const { items, minItems } = schema;
    // Drafts before 2020-12 have the list in `items`.
    const first = Array.isArray(schema['prefixItems'])
      ? schema['prefixItems']
      : Array.isArray(items)
        ? items
        : [];
    const rest = Array.isArray(items) ? schema['additionalItems'] : items;
    const inner = { ...deeper(at), inside: nothing };
    if (first.length === 0) {
      if (rest === false) return one('[]');
      return one(`${this.#writeItem(rest, inner)}[]`);
    }
    const least = typeof minItems === 'number' ? minItems : first.length;
    const written = first.map((item, index) => {
      const text = this.#writeItem(item, inner);
      return index < least ? text : `${text}?`;
    });
    const isClosed = rest === false || schema['maxItems'] === first.length;
    return one(`[${[...written, ...(isClosed ? [] : [`...${this.#writeItem(rest, inner)}[]`])].join(', ')}]`);
  }

  /** What can stand before `[]`. */
  #writeItem(schema: unknown, at: At): string {
    const { text, kind } = this.#write(schema, at);
    const hints = isSchema(schema) && !isSchema(schema['properties']) ? hintsOf(schema) : [];
    const hinted = hints.length === 0 ? text : `${text} /* ${hints.join('; ')} */`;
    return kind === 'one' && hints.length === 0 ? text : `(${hinted})`;
  }

  #writeObject(schema: Schema, at: At): Written {
    const properties = isSchema(schema['properties']) ? Object.entries(schema['properties']) : [];
    const others = this.#writeOthers(schema, at);
    if (properties.length === 0) {
      if (others !== undefined) return one(`{ [key: string]: ${others.text} }`);
      const isClosed = schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
      return one(isClosed ? '{}' : '{ [key: string]: unknown }');
    }
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    const inner = { indent: `${at.indent}  `, level: at.level + 1, inside: nothing };
    const lines = properties.map(([name, value]): Line => {
      const { text } = this.#write(value, inner);
      return {
        text: `${toKey(name)}${required.includes(name) ? '' : '?'}: ${text};`,
        comment: isSchema(value) ? commentOf(value) : '',
      };
    });
    const written = one(writeLines(lines, at.indent));
    // TypeScript wants all properties to have the type of those that have no name, so that is a type beside.
    return others === undefined ? written : intersection([written, one(`{ [key: string]: ${others.text} }`)]);
  }

  /** The type of the properties that have no name here. `undefined` if there is nothing to say about them. */
  #writeOthers(schema: Schema, at: At): Written | undefined {
    const patterns = isSchema(schema['patternProperties']) ? Object.values(schema['patternProperties']) : [];
    const { additionalProperties = schema['unevaluatedProperties'] } = schema;
    const others = [...patterns, ...(isSchema(additionalProperties) ? [additionalProperties] : [])];
    if (others.length === 0) return undefined;
    const written = union(others.map((each) => this.#write(each, { ...deeper(at), inside: nothing })));
    return written.text === 'unknown' && schema['properties'] !== undefined ? undefined : written;
  }
}

/** Where a type is written: how far its lines are indented, and how deep it is. */
interface At {
  indent: string;
  level: number;
  /** The named types whose definition is this type, or a union with it. */
  inside: ReadonlySet<string>;
}

const nothing: ReadonlySet<string> = new Set();

interface Line {
  text: string;
  comment: string;
}

function deeper(at: At): At {
  return { ...at, level: at.level + 1 };
}

function writeLines(lines: readonly Line[], indent: string): string {
  const short = `{ ${lines.map(({ text }) => text).join(' ')} }`.replace(/; \}$/, ' }');
  const hasComments = lines.some(({ comment }) => comment !== '');
  if (!hasComments && short.length <= mostInLine && !short.includes('\n')) return short;
  const written = lines.map(
    ({ text, comment }) => `${indent}  ${text}${comment === '' ? '' : ` // ${comment}`}`,
  );
  return `{\n${written.join('\n')}\n${indent}}`;
}

function writeEnum(values: readonly unknown[]): Written {
  const literals = values.slice(0, mostValues).map((value) => one(toLiteral(value)));
  const left = values.length - literals.length;
  // The rest of a long list is of the same kinds.
  const kinds = [
    ...new Set(values.slice(mostValues).map((value) => (value === null ? 'null' : typeof value))),
  ];
  const rest =
    left > 0
      ? [one(`/* ${left} more */ ${kinds.map((kind) => (kind === 'object' ? 'unknown' : kind)).join(' | ')}`)]
      : [];
  return union([...literals, ...rest]);
}

function one(text: string): Written {
  return { text, kind: 'one' };
}

function union(parts: readonly Written[]): Written {
  const texts = [...new Set(parts.filter(({ text }) => text !== 'never').map(({ text }) => text))];
  if (texts.includes('unknown')) return unknownType;
  if (texts.length === 0) return neverType;
  if (texts.length === 1) return parts.find(({ text }) => text === texts[0])!;
  return { text: texts.join(' | '), kind: 'union' };
}

function intersection(parts: readonly Written[]): Written {
  const known = parts.filter(({ text }) => text !== 'unknown');
  const texts = [...new Set(known.map(({ text, kind }) => (kind === 'union' ? `(${text})` : text)))];
  if (texts.length === 0) return unknownType;
  if (texts.length === 1) return known[0]!;
  return { text: texts.join(' & '), kind: 'all' };
}

/** The name in a reference such as `#/$defs/Customer`. */
function nameIn(ref: string): string | undefined {
  const found = /^#\/(?:\$defs|definitions|components\/schemas)\/([^/]+)$/.exec(ref)?.[1];
  return found === undefined || /^(?:__)?schema_?\d+$/i.test(found) ? undefined : toComment(found);
}
