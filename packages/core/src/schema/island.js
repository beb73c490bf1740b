import { refTo, setOwn } from './json-schema.js';
import { adoptDocument, inlineDefs, mapRefs } from './refs.js';
/**
 * Converters see nothing inside a Map or a Set. What is inside is converted by calls of its own, once for each schema
 * object, and referred to: so recursion through a Map or a Set ends too.
 */
export class Islands {
    #names = new Map();
    #queue = [];
    constructor(root) {
        this.#names.set(root, ROOT);
    }
    /** A reference to where the schema of `parser` will be. */
    refer(parser) {
        let name = this.#names.get(parser);
        if (name === undefined) {
            name = `item${this.#names.size}`;
            this.#names.set(parser, name);
            this.#queue.push([parser, name]);
        }
        return { $ref: refTo(name) };
    }
    /** The document with everything it refers to, converted by `convert`. */
    settle(document, convert) {
        const defs = { ...document.$defs };
        const names = [];
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
