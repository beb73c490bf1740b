import { refTo, setOwn, type JsonSchema } from '../json-schema.ts';
import { adoptDocument, inlineDefs, mapRefs } from '../refs.ts';

/**
 * Converters do not look inside a Map or a Set. Each schema inside is converted by a call of its own, once for each schema
 * object, and becomes a definition that is referred to. So recursion through a Map or a Set ends too.
 */
export class Islands {
  readonly #names = new Map<object, string>();
  readonly #queue: [parser: object, name: string][] = [];

  constructor(root: object) {
    this.#names.set(root, rootName);
  }

  /** Returns a reference to the definition that the schema of `parser` will have. */
  refer(parser: object): JsonSchema {
    let name = this.#names.get(parser);
    if (name === undefined) {
      name = `item${this.#names.size}`;
      this.#names.set(parser, name);
      this.#queue.push([parser, name]);
    }
    return { $ref: refTo(name) };
  }

  /** Converts everything that has been referred to, and returns the document with these definitions. */
  settle(document: JsonSchema, convert: (parser: object) => JsonSchema): JsonSchema {
    const defs: Record<string, JsonSchema> = { ...document.$defs };
    const names: string[] = [];
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const [parser, name] = next;
      names.push(name);
      const schema = adoptDocument(convert(parser), `${name}_self`, defs);
      setOwn(defs, name, schema);
    }
    const whole = Object.keys(defs).length === 0 ? document : { ...document, $defs: defs };
    const rooted = mapRefs(whole, (ref) => (ref === refTo(rootName) ? '#' : ref));
    return inlineDefs(rooted, names);
  }
}

const rootName = '$root';
