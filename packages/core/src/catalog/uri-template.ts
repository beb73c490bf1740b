/** A URI template that can be read in both directions. */
export interface UriTemplate {
  /** As it was written. */
  text: string;
  variables: readonly string[];
  /** A URI of this form: the text itself where there are no variables. */
  sample: string;
  /** What the variables are in this URI, decoded; `undefined` when it is not of this form. */
  match(uri: string): Record<string, string | string[]> | undefined;
  /** The URI for these values; `undefined` when one is missing that is not in the query. */
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

type Operator = keyof typeof forms;
type Part = string | Expression;

/** How the operators write their values. @see https://www.rfc-editor.org/rfc/rfc6570#section-2.2 */
const forms = {
  '': { before: '', between: ',', value: '[^/?#,]+?' },
  '+': { before: '', between: ',', value: '.+?' },
  '#': { before: '#', between: ',', value: '.+?' },
  '.': { before: '.', between: '.', value: '[^/?#.]+?' },
  '/': { before: '/', between: '/', value: '[^/?#]+?' },
  ';': { before: ';', between: ';', value: '[^/?#;]*?' },
  '?': { before: '?', between: '&', value: '' },
  '&': { before: '&', between: '&', value: '' },
} as const;

/** Reads a template, once. Throws an error that says what is wrong with it. */
export function parseUriTemplate(text: string): UriTemplate {
  const parts = parse(text);
  const at = parts.findIndex((part) => isQuery(part));
  const path = at === -1 ? parts : parts.slice(0, at);
  const query = at === -1 ? [] : parts.slice(at).flatMap((part) => toQueryVariables(part, text));
  const inPath = path.flatMap((part) => (typeof part === 'string' ? [] : part.variables));
  const pattern = new RegExp(`^${path.map(toPattern).join('')}$`, 's');
  const variables = [...inPath, ...query].map(({ name }) => name);
  const twice = variables.find((name, index) => variables.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`the variable "${twice}" stands in it twice`);
  const write = (values: Record<string, unknown>) =>
    parts.map((part) => (typeof part === 'string' ? part : expand(part, values))).join('');
  return {
    text,
    variables,
    sample: write(Object.fromEntries(inPath.map(({ name }) => [name, 'x']))),
    match(uri) {
      const [head, tail] = query.length > 0 ? splitQuery(uri, parts[at] as Expression, path) : [uri, ''];
      const found = pattern.exec(head);
      if (!found) return undefined;
      try {
        const values = inPath.map(({ name }, index) => [name, readValue(path, index, found[index + 1]!)]);
        return Object.fromEntries([...values, ...readQuery(query, tail)]) as Record<string, string>;
      } catch {
        // A percent sign that encodes nothing: the URI is none.
        return undefined;
      }
    },
    expand(values) {
      return inPath.some(({ name }) => isNothing(values[name])) ? undefined : write(values);
    },
  };
}

function parse(text: string): Part[] {
  return text
    .split(/(\{[^}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      if (!piece.startsWith('{')) {
        if (/[{}]/.test(piece)) throw new Error('a brace in it is not closed');
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
    throw new Error(`${expression} cannot be read backwards; use variable names, with "*" for lists at most`);
  }
  return { name: found[1]!, isExploded: found[2] === '*' };
}

function isQuery(part: Part): boolean {
  return typeof part !== 'string' && (part.operator === '?' || part.operator === '&');
}

function toQueryVariables(part: Part, text: string): Variable[] {
  if (typeof part !== 'string' && isQuery(part)) return part.variables;
  throw new Error(`nothing may follow the query of ${text}`);
}

function toPattern(part: Part): string {
  if (typeof part === 'string') return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const { before, between, value } = forms[part.operator];
  const literal = (character: string) => (character === '' ? '' : `\\${character}`);
  const values = part.variables.map(({ name, isExploded }) => {
    const one = part.operator === ';' ? `${name}=${value}` : value;
    return isExploded ? `(${one}(?:${literal(between)}${one})*)` : `(${one})`;
  });
  return literal(before) + values.join(literal(between));
}

/** The value of the variable with this number among all those in the path. */
function readValue(path: readonly Part[], index: number, raw: string): string | string[] {
  const expressions = path.flatMap((part) =>
    typeof part === 'string' ? [] : part.variables.map((variable) => ({ ...variable, ...part })),
  );
  const { operator, isExploded, name } = expressions[index]!;
  const bare = (text: string) => decodeURIComponent(operator === ';' ? text.slice(name.length + 1) : text);
  return isExploded ? raw.split(forms[operator].between).map(bare) : bare(raw);
}

/** A query may come in any order, and any of it may be left out. */
function splitQuery(uri: string, first: Expression, path: readonly Part[]): [head: string, tail: string] {
  if (first.operator === '?') {
    const at = uri.indexOf('?');
    return at === -1 ? [uri, ''] : [uri.slice(0, at), uri.slice(at + 1)];
  }
  // `&` goes on with a query whose beginning is written out in the template.
  const fixed = path.map((part) => (typeof part === 'string' ? part : '')).join('');
  const count = fixed.split('&').length;
  const pieces = uri.split('&');
  return [pieces.slice(0, count).join('&'), pieces.slice(count).join('&')];
}

function readQuery(variables: readonly Variable[], query: string): [string, string | string[]][] {
  const pairs = query.split('&').filter((pair) => pair !== '');
  const found: [string, string][] = pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [decodeURIComponent(name), decodeURIComponent(value.join('=').replaceAll('+', ' '))];
  });
  return variables.flatMap(({ name, isExploded }): [string, string | string[]][] => {
    const values = found.filter(([key]) => key === name).map(([, value]) => value);
    if (values.length === 0) return [];
    return [[name, isExploded ? values : values[0]!]];
  });
}

function expand({ operator, variables }: Expression, values: Record<string, unknown>): string {
  const { before, between } = forms[operator];
  const isNamed = operator === ';' || operator === '?' || operator === '&';
  const encode = operator === '+' || operator === '#' ? encodeURI : encodeURIComponent;
  const written = variables
    .filter(({ name }) => !isNothing(values[name]))
    .flatMap(({ name, isExploded }) => {
      const list = [values[name]].flat().map((value) => encode(String(value)));
      const named = isExploded ? list : [list.join(',')];
      return named.map((value) => (isNamed ? `${name}=${value}` : value));
    });
  return written.length === 0 ? '' : before + written.join(between);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
