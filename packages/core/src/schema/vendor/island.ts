import { refTo, setOwn, type JsonSchema } from '../json-schema.ts';
import { adoptDocument, inlineDefs, mapRefs } from '../refs.ts';

/**
 * Converters see nothing inside a Map or a Set. What is inside is converted by calls of its own, once for each schema
 * object, and referred to: so recursion through a Map or a Set ends too.
 */
export class Islands {
  readonly #names = new Map<object, string>();
  readonly #queue: [parser: object, name: string][] = [];

  constructor(root: object) {
    this.#names.set(root, ROOT);
  }

  /** A reference to where the schema of `parser` will be. */
  refer(parser: object): JsonSchema {
    let name = this.#names.get(parser);
    if (name === undefined) {
      name = `item${this.#names.size}`;
      this.#names.set(parser, name);
      this.#queue.push([parser, name]);
    }
    return { $ref: refTo(name) };
  }

  /** The document with everything it refers to, converted by `convert`. */
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
    const rooted = mapRefs(whole, (ref) => (ref === refTo(ROOT) ? '#' : ref));
    return inlineDefs(rooted, names);
  }
}

const ROOT = '$root';
