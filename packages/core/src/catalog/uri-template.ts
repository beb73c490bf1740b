import { matchPieces, type Piece, piecesOverlap } from './uri-pattern.ts';

/** A URI template that can make URIs, and read the values out of them. */
export interface UriTemplate {
  /** As it was written. */
  text: string;
  variables: readonly string[];
  /** The variables that every URI has: all but those of the query. */
  needed: readonly string[];
  /** The variables that are written as lists: `{ids*}`. */
  exploded: readonly string[];
  /** The pieces of a URI before its query. */
  head: readonly Piece[];
  /** The character that the query begins with, when the template has one. */
  mark: '?' | '&' | undefined;
  /**
   * Reads the variables out of a URI, decoded, and the parts of its query that the template does not name. Returns
   * `undefined` when the URI does not fit the template. Variables in `lists`, and those that are exploded, are lists.
   */
  match(uri: string, lists?: ReadonlySet<string>): Record<string, string | string[]> | undefined;
  /** Makes the URI for these values. Returns `undefined` when a needed one is missing. */
  expand(values: Record<string, unknown>): string | undefined;
}

interface Variable {
  name: string;
  isExploded: boolean;
}

interface Expression {
  operator: Operator;
  variables: Variable[];
}

type Operator = keyof typeof operators;
type Part = string | Expression;

/** How each operator writes its values. @see https://www.rfc-editor.org/rfc/rfc6570#section-2.2 */
const operators = {
  '': { before: '', between: ',', without: '/?#' },
  '+': { before: '', between: ',', without: '' },
  '#': { before: '#', between: ',', without: '' },
  '.': { before: '.', between: '.', without: '/?#' },
  '/': { before: '/', between: '/', without: '?#' },
  ';': { before: ';', between: ';', without: '/?#' },
  '?': { before: '?', between: '&', without: '' },
  '&': { before: '&', between: '&', without: '' },
} as const;

/** No client sends a longer URI: it would not fit into the header that clients of revision 2026-07-28 send it in. */
const maxLength = 65_536;
const anything: Piece = { without: '', mayBeEmpty: true };
const none: ReadonlySet<string> = new Set();

/** Parses a template. Throws an error that says what is wrong with it. */
export function parseUriTemplate(text: string): UriTemplate {
  const parts = parse(text);
  const at = parts.findIndex(isQuery);
  const path = at === -1 ? parts : parts.slice(0, at);
  const query = at === -1 ? undefined : toQuery(parts.slice(at), path, text);
  const inPath = path.flatMap((part) =>
    typeof part === 'string' ? [] : part.variables.map((variable) => ({ ...variable, part })),
  );
  const pieces = join(path.flatMap((part) => toPieces(part, query)));
  const all = [...inPath, ...(query?.variables ?? [])];
  const variables = all.map(({ name }) => name);
  const twice = variables.find((name, index) => variables.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`the variable "${twice}" occurs twice`);
  return {
    text,
    variables,
    needed: inPath.map(({ name }) => name),
    exploded: all.filter(({ isExploded }) => isExploded).map(({ name }) => name),
    head: pieces,
    mark: query?.operator as '?' | '&' | undefined,
    match(uri, lists = none) {
      if (uri.length > maxLength) return undefined;
      const [head, tail] = query ? splitQuery(uri, query.operator, path) : [uri, ''];
      const found = matchPieces(pieces, head);
      if (!found) return undefined;
      try {
        const values = inPath.map((variable, index) => {
          const isList = variable.isExploded || lists.has(variable.name);
          return [variable.name, readValue(variable, variable.part, found[index]!, isList)] as const;
        });
        if (values.some(([, value]) => value === undefined)) return undefined;
        const queried = readQuery(query?.variables ?? [], tail, lists);
        // A variable of the path has one value, which a query cannot replace.
        if (queried.some(([name]) => inPath.some((variable) => variable.name === name))) return undefined;
        return Object.fromEntries([...values, ...queried]) as Record<string, string | string[]>;
      } catch {
        // A percent sign without two hex digits: this is not a valid URI.
        return undefined;
      }
    },
    expand(values) {
      if (inPath.some(({ name }) => isNothing(values[name]))) return undefined;
      const written = path.map((part) => (typeof part === 'string' ? part : expand(part, values, query)));
      return written.join('') + (query ? expand(query, values, query) : '');
    },
  };
}

/** Whether one URI could fit both templates. */
export function templatesOverlap(a: UriTemplate, b: UriTemplate): boolean {
  if (piecesOverlap(a.head, b.head)) return true;
  // When both queries begin alike, only what comes before them can differ.
  if (a.mark === b.mark && a.mark !== '&') return false;
  return formsOf(a).some((one) => formsOf(b).some((other) => piecesOverlap(one, other)));
}

/** The pieces without the query, and with any query. */
function formsOf({ head, mark }: UriTemplate): (readonly Piece[])[] {
  return mark ? [head, join([...head, mark, anything])] : [head];
}

function parse(text: string): Part[] {
  return text
    .split(/(\{[^}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      if (!piece.startsWith('{')) {
        if (/[{}]/.test(piece)) throw new Error('it has a brace without its partner');
        return piece;
      }
      const operator = (/^[+#./;?&]/.exec(piece.slice(1))?.[0] ?? '') as Operator;
      const names = piece.slice(1 + operator.length, -1).split(',');
      return { operator, variables: names.map((name) => toVariable(name, piece)) };
    });
}

function toVariable(text: string, expression: string): Variable {
  const found = /^(\w+)(\*?)$/.exec(text);
  if (!found) {
    throw new Error(
      `${expression} cannot be used, because no value could be read out of it; write only variable names, with "*" for lists`,
    );
  }
  return { name: found[1]!, isExploded: found[2] === '*' };
}

function isQuery(part: Part): boolean {
  return typeof part !== 'string' && (part.operator === '?' || part.operator === '&');
}

/** Joins `{?a}{&b}` to one query. It begins with `&` when the template itself contains the `?`. */
function toQuery(parts: readonly Part[], path: readonly Part[], text: string): Expression {
  const expressions = parts.map((part) => {
    if (typeof part === 'string' || !isQuery(part))
      throw new Error(`nothing may follow the query of ${text}`);
    return part;
  });
  const { operator } = expressions[0]!;
  const isBegun = fixedTextOf(path).includes('?');
  if (isBegun !== (operator === '&') || expressions.slice(1).some((part) => part.operator === '?')) {
    throw new Error('a query begins with "?" or {?…}, and continues with {&…}');
  }
  return { operator, variables: expressions.flatMap((part) => part.variables) };
}

function fixedTextOf(path: readonly Part[]): string {
  return path.map((part) => (typeof part === 'string' ? part : '')).join('');
}

function toPieces(part: Part, query: Expression | undefined): Piece[] {
  if (typeof part === 'string') return [part];
  const { operator, variables } = part;
  const { before, between } = operators[operator];
  // A question mark begins the query, so a variable before it cannot contain one.
  const without = operators[operator].without || (query ? '?' : '');
  const isAlone = variables.length === 1 && between === ',';
  return variables.flatMap(({ name, isExploded }, index): Piece[] => {
    const lead = operator === ';' ? `;${name}=` : index === 0 ? before : between;
    const span = {
      without: isExploded || isAlone ? without : without + between,
      mayBeEmpty: operator === ';',
    };
    return lead === '' ? [span] : [lead, span];
  });
}

/** Joins adjacent texts. Throws when two variables are adjacent, because their values could not be told apart. */
function join(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof last === 'string' && typeof piece === 'string') joined[joined.length - 1] = last + piece;
    else if (typeof last === 'object' && typeof piece === 'object')
      throw new Error('two variables follow each other with nothing between them');
    else joined.push(piece);
  }
  return joined;
}

/** Decodes the value of a variable. Returns `undefined` for text that the expression cannot have written. */
function readValue(
  { name, isExploded }: Variable,
  { operator }: Expression,
  raw: string,
  isList: boolean,
): string | string[] | undefined {
  if (!isList) return decodeURIComponent(raw);
  if (!isExploded) return raw.split(',').map(decodeURIComponent);
  const { between } = operators[operator];
  const items = raw.split(operator === ';' ? `;${name}=` : between);
  const isWritten = operator === ';' ? !items.some((item) => item.includes(';')) : !items.includes('');
  return isWritten ? items.map(decodeURIComponent) : undefined;
}

/** Splits a URI before the variables of its query, which may come in any order, or be left out. */
function splitQuery(uri: string, operator: Operator, path: readonly Part[]): [head: string, tail: string] {
  const at = uri.indexOf('?');
  if (at === -1) return [uri, ''];
  if (operator === '?') return [uri.slice(0, at), uri.slice(at + 1)];
  const fixed = fixedTextOf(path);
  const count = fixed.slice(fixed.indexOf('?')).split('&').length;
  const pairs = uri.slice(at).split('&');
  return [uri.slice(0, at) + pairs.slice(0, count).join('&'), pairs.slice(count).join('&')];
}

function readQuery(
  variables: readonly Variable[],
  query: string,
  lists: ReadonlySet<string>,
): [string, string | string[]][] {
  const found = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [decodeURIComponent(name), value.replaceAll('+', ' ')] as const;
    });
  const known = variables.flatMap(({ name, isExploded }): [string, string | string[]][] => {
    const values = found.filter(([key]) => key === name).map(([, value]) => value);
    if (values.length === 0) return [];
    if (isExploded) return [[name, values.map(decodeURIComponent)]];
    if (!lists.has(name)) return [[name, decodeURIComponent(values[0]!)]];
    return [[name, values.flatMap((value) => value.split(',')).map(decodeURIComponent)]];
  });
  // What the template does not name is told as well, so that it is refused as an unknown argument is.
  const others = found.filter(([key]) => variables.every(({ name }) => name !== key));
  return [...known, ...others.map(([key, value]): [string, string] => [key, decodeURIComponent(value)])];
}

function expand(
  { operator, variables }: Expression,
  values: Record<string, unknown>,
  query: Expression | undefined,
): string {
  const { before, between } = operators[operator];
  const isNamed = operator === ';' || operator === '?' || operator === '&';
  const written = variables
    .filter(({ name }) => !isNothing(values[name]))
    .flatMap(({ name, isExploded }) => {
      const value = values[name];
      const isAlone = variables.length === 1 && !Array.isArray(value);
      const kept = isAlone ? (query ? '?' : '') : query ? ',?' : ',';
      const list = [value].flat().map((item) => encode(String(item), operator, kept));
      const named = isExploded ? list : [list.join(',')];
      return named.map((text) => (isNamed ? `${name}=${text}` : text));
    });
  return written.length === 0 ? '' : before + written.join(between);
}

/** Encodes a value. `+` and `#` keep reserved characters, except those that have a meaning in this template. */
function encode(text: string, operator: Operator, meant: string): string {
  if (operator === '.') return encodeURIComponent(text).replaceAll('.', '%2E');
  if (operator !== '+' && operator !== '#') return encodeURIComponent(text);
  return encodeURI(text).replace(/[,?]/g, (character) =>
    meant.includes(character) ? encodeURIComponent(character) : character,
  );
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}
