import {
  getNodeValue,
  type JSONPath,
  type Node,
  parseTree,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';
import { indentOf, insertMember } from './jsonc-insert.ts';
import { EditError } from './edit-error.ts';

/** A JSON file with comments and trailing commas, of which only the values that are set change. */
export class JsoncText {
  #text: string;

  /** Throws an `EditError` with line and column for what is not JSON with comments. */
  constructor(text: string) {
    this.#text = text;
    const root = this.#parse();
    if (root) requireObject(root, 'the file', text);
  }

  toString(): string {
    return this.#text;
  }

  get(path: JSONPath): unknown {
    const node = this.#find(path);
    return node && getNodeValue(node);
  }

  /** Sets a value. Objects on the way to it are added; what is there already is not written again. */
  set(path: JSONPath, value: unknown): void {
    const found = this.#find(path);
    if (found) {
      if (JSON.stringify(getNodeValue(found)) === JSON.stringify(value)) return;
      this.#replace(found, value);
      return;
    }
    const parent = this.#find(path.slice(0, -1));
    const key = path.at(-1)!;
    // Some programs write null for a table that is empty.
    if (path.length > 1 && (!parent || parent.type === 'null'))
      return this.set(path.slice(0, -1), { [key]: value });
    this.#text = insertMember(this.#text, parent, typeof key === 'string' ? key : undefined, value);
  }

  /** Adds an element to the array at that path, which is made if it is not there. */
  append(path: JSONPath, value: unknown): void {
    const array = this.#find(path);
    if (!array) return this.set(path, [value]);
    if (array.type !== 'array')
      throw new EditError(`"${path.join('.')}" is not a list`, at(this.#text, array.offset));
    this.#text = insertMember(this.#text, array, undefined, value);
  }

  /** Takes a member of an object out, with its comma. */
  remove(path: JSONPath): void {
    const members = this.#find(path.slice(0, -1))?.children ?? [];
    const index = members.findIndex(({ children }) => children?.[0]?.value === path.at(-1));
    const member = members[index];
    if (!member) return;
    const [before, after] = [members[index - 1], members[index + 1]];
    const from = after || !before ? member.offset : before.offset + before.length;
    const to = after ? after.offset : member.offset + member.length;
    this.#text = this.#text.slice(0, from) + this.#text.slice(to);
  }

  #replace(node: Node, value: unknown): void {
    const { offset, length } = node;
    const lineStart = this.#text.lastIndexOf('\n', offset - 1) + 1;
    const indent = /^[\t ]*/.exec(this.#text.slice(lineStart))![0];
    const eol = this.#text.includes('\r\n') ? '\r\n' : '\n';
    const isOneLine = !this.#text.slice(offset, offset + length).includes('\n') && !this.#text.includes('\n');
    const unit = isOneLine ? undefined : indentOf(this.#text);
    const rendered = JSON.stringify(value, null, unit).replaceAll('\n', eol + indent);
    this.#text = this.#text.slice(0, offset) + rendered + this.#text.slice(offset + length);
  }

  /** The value at that path. Throws where something on the way to it is not an object, or is there twice. */
  #find(path: JSONPath): Node | undefined {
    let node = this.#parse();
    for (const [depth, key] of path.entries()) {
      if (!node || (node.type === 'null' && depth > 0)) return undefined;
      const where = depth === 0 ? 'the file' : `"${path.slice(0, depth).join('.')}"`;
      if (typeof key === 'number') {
        node = node.children?.[key];
        continue;
      }
      requireObject(node, where, this.#text);
      const found = node.children!.filter(({ children }) => children![0]!.value === key);
      if (found.length > 1) {
        throw new EditError(
          `"${key}" is there twice in ${where}, and programs disagree on which of them counts`,
          at(this.#text, found[1]!.offset),
        );
      }
      node = found[0]?.children![1];
    }
    return node;
  }

  #parse(): Node | undefined {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { allowTrailingComma: true, allowEmptyContent: true });
    const [error] = errors;
    if (error) throw new EditError(wordError(error), at(this.#text, error.offset));
    return root;
  }
}

function requireObject(node: Node, where: string, text: string): void {
  if (node.type === 'object') return;
  throw new EditError(
    `${where} is ${node.type === 'array' ? 'a list' : node.type}, not an object`,
    at(text, node.offset),
  );
}

function at(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

// "CommaExpected" becomes "comma expected".
const wordError = ({ error }: ParseError): string =>
  printParseErrorCode(error)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
