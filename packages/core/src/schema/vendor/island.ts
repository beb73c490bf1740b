import { refTo, setOwn, type JsonSchema } from '../json-schema.ts';
import { adoptDocument, inlineDefs, mapRefs } from '../refs.ts';

/**
 * Schemas that are converted by a call of their own, once for each schema object, and become definitions that are referred
 * to. Converters do not look inside a Map or a Set, and with zod 3, every schema inside another one is converted this way.
 * So recursion ends, and a reference always belongs to the document that it is made in.
 */
export class Islands {
  readonly #root: object;
  readonly #names = new Map<object, string>();
  #refersToRoot = false;
  readonly #queue: [parser: object, name: string][] = [];

  constructor(root: object) {
    this.#root = root;
    this.#names.set(root, rootName);
  }

  /** Returns a reference to the definition that the schema of `parser` will have. */
  refer(parser: object): JsonSchema {
    this.#refersToRoot ||= parser === this.#root;
    let name = this.#names.get(parser);
    if (name === undefined) {
      name = `item${this.#names.size}`;
      this.#names.set(parser, name);
      this.#queue.push([parser, name]);
    }
    return { $ref: refTo(name) };
  }

  /**
   * Converts everything that has been referred to, and returns the document with these definitions. `isFlat` says that the
   * converter makes no references of its own.
   */
  settle(document: JsonSchema, convert: (parser: object) => JsonSchema, isFlat = false): JsonSchema {
    const defs: Record<string, JsonSchema> = { ...document.$defs };
    const names: string[] = [];
    // It grows while it is visited.
    for (const [parser, name] of this.#queue) {
      names.push(name);
      const made = convert(parser);
      const schema = isFlat ? made : adoptDocument(made, `${name}_self`, defs);
      setOwn(defs, name, schema);
    }
    const whole = Object.keys(defs).length === 0 ? document : { ...document, $defs: defs };
    if (!this.#refersToRoot) return inlineDefs(whole, names);
    return inlineDefs(
      mapRefs(whole, (ref) => (ref === refTo(rootName) ? '#' : ref)),
      names,
    );
  }
}

const rootName = '$root';
