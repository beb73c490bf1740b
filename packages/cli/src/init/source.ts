import { Node, Project, type SourceFile, SyntaxKind, ts } from 'ts-morph';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** What a local name of a file stands for. */
export interface Binding {
  module: string;
  /** The name in the module; `*` is all of it, `default` its default export. */
  name: string;
}

/** How a file is written. */
export interface Style {
  quote: '"' | "'";
  semicolon: ';' | '';
  eol: '\n' | '\r\n';
  indent: string;
}

const project = new Project({
  useInMemoryFileSystem: true,
  skipLoadingLibFiles: true,
  compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve },
});

/** A file of the app, and the edits that are to be made to it. Everything that is not edited stays as it is, byte for byte. */
export class Source {
  readonly file: string;
  /** Its text, without a byte order mark. */
  readonly text: string;
  readonly tree: SourceFile;
  readonly style: Style;
  readonly isTypeScript: boolean;
  /** Whether it loads modules with `require`. */
  readonly isCommonJs: boolean;
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly #mark: string;
  readonly #edits: { start: number; end: number; text: string }[] = [];
  readonly #taken: string[] = [];
  readonly #imports: { name: string; local: string; from: string; isType: boolean }[] = [];

  static read(file: string): Source {
    return new Source(file, readFileSync(file, 'utf8'));
  }

  constructor(file: string, whole: string) {
    this.file = file;
    this.#mark = whole.startsWith('\uFEFF') ? '\uFEFF' : '';
    this.text = whole.slice(this.#mark.length);
    this.isTypeScript = /^\.[cm]?tsx?$/.test(extname(file));
    const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
    const scriptKind = this.isTypeScript ? kind : ts.ScriptKind.JSX;
    this.tree = project.createSourceFile(file, this.text, { overwrite: true, scriptKind });
    this.style = styleOf(this.text);
    const isEsm = this.tree
      .getStatements()
      .some(
        (each) =>
          Node.isImportDeclaration(each) || Node.isExportDeclaration(each) || Node.isExportAssignment(each),
      );
    this.isCommonJs = !isEsm && /\brequire\s*\(/.test(this.text);
    this.bindings = bindingsOf(this.tree);
  }

  /** What an expression stands for, if it is an import. */
  bindingOf(node: Node): Binding | undefined {
    if (Node.isIdentifier(node)) return this.bindings.get(node.getText());
    if (!Node.isPropertyAccessExpression(node)) return undefined;
    const owner = node.getExpression();
    const all = Node.isIdentifier(owner) ? this.bindings.get(owner.getText()) : undefined;
    return all && (all.name === '*' || all.name === 'default')
      ? { module: all.module, name: node.getName() }
      : undefined;
  }

  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text: this.#inStyle(text) });
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text: this.#inStyle(text) });
  }

  /** Imports a name, and returns how it is called in this file. */
  import(name: string, from: string, options: { isType?: boolean; as?: string } = {}): string {
    const known = [...this.bindings].find(([, each]) => each.module === from && each.name === name);
    if (known) return known[0];
    const before = this.#imports.find((each) => each.name === name && each.from === from);
    if (before) return before.local;
    const local = this.free(options.as ?? name);
    this.#imports.push({ name, local, from, isType: options.isType ?? false });
    return local;
  }

  /** A name that this file does not use yet. */
  free(name: string): string {
    const used = new Set(
      this.tree
        .getDescendantsOfKind(SyntaxKind.Identifier)
        .flatMap((each) => (isKey(each) ? [] : [each.getText()])),
    );
    for (const { local } of this.#imports) used.add(local);
    for (const each of this.#taken) used.add(each);
    let free = name;
    for (let count = 2; used.has(free); count++) free = `${name}${count}`;
    this.#taken.push(free);
    return free;
  }

  quoted(text: string): string {
    const { quote } = this.style;
    return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
  }

  /** The white space in front of the line that a position is on. */
  indentAt(at: number): string {
    const start = this.text.lastIndexOf('\n', at - 1) + 1;
    return /^[ \t]*/.exec(this.text.slice(start))![0];
  }

  /** Drops all edits. */
  forget(): void {
    this.#edits.length = 0;
    this.#imports.length = 0;
  }

  /** Whether something is to be changed. */
  get isEdited(): boolean {
    return this.#edits.length > 0;
  }

  /** The whole text, with all edits. */
  edited(): string {
    const edits = [...this.#edits];
    if (this.#imports.length > 0) edits.push(this.#importEdit());
    let result = this.text;
    // Of edits at one place, the one that came first stands first.
    for (const { start, end, text } of edits
      .map((edit, index) => ({ ...edit, index }))
      .toSorted((a, b) => b.start - a.start || b.index - a.index))
      result = result.slice(0, start) + text + result.slice(end);
    return this.#mark + result;
  }

  #importEdit(): { start: number; end: number; text: string } {
    const { semicolon, eol } = this.style;
    const lines = this.#imports.map(({ name, local, from, isType }) => {
      const named = (as: string): string => (name === local ? name : `${name}${as}${local}`);
      return this.isCommonJs && !this.isTypeScript
        ? `const { ${named(': ')} } = require(${this.quoted(from)})${semicolon}`
        : `import ${isType ? 'type ' : ''}{ ${named(' as ')} } from ${this.quoted(from)}${semicolon}`;
    });
    const statements = this.tree.getStatements();
    const last = statements.findLast(
      (each) => Node.isImportDeclaration(each) || Node.isImportEqualsDeclaration(each) || isRequire(each),
    );
    const directive = statements
      .slice(
        0,
        statements.findIndex((each) => !isDirective(each)),
      )
      .at(-1);
    const after = last ?? directive;
    if (after) {
      const start = lineEnd(this.text, after.getEnd());
      return { start, end: start, text: `${eol}${lines.join(eol)}` };
    }
    const [first] = statements;
    const shebang = /^#!.*\r?\n/.exec(this.text)?.[0].length ?? 0;
    const start = Math.max(shebang, first ? first.getStart(true) : 0);
    return { start, end: start, text: `${lines.join(eol)}${eol}${eol}` };
  }

  #inStyle(text: string): string {
    return text.replaceAll(/\r?\n/g, this.style.eol);
  }
}

/** Whether an identifier is a name inside of something else: a key of an object, or a member. */
export function isKey(node: Node): boolean {
  const parent = node.getParent();
  if (Node.isPropertyAccessExpression(parent)) return parent.getNameNode() === node;
  if (Node.isBindingElement(parent)) return parent.getPropertyNameNode() === node;
  return (
    (Node.isPropertyAssignment(parent) ||
      Node.isMethodDeclaration(parent) ||
      Node.isPropertySignature(parent) ||
      Node.isMethodSignature(parent)) &&
    parent.getNameNode() === node
  );
}

/** The end of a line, if only white space and a comment to the end of it stand before. Else the position itself. */
export function lineEnd(text: string, at: number): number {
  const rest = /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(at));
  return at + (rest?.[0].length ?? 0);
}

function isDirective(node: Node): boolean {
  return Node.isExpressionStatement(node) && Node.isStringLiteral(node.getExpression());
}

function isRequire(node: Node): boolean {
  return (
    Node.isVariableStatement(node) &&
    node.getDeclarations().some((each) => requiredModule(each.getInitializer()) !== undefined)
  );
}

function requiredModule(node: Node | undefined): string | undefined {
  if (Node.isPropertyAccessExpression(node)) return requiredModule(node.getExpression());
  if (!Node.isCallExpression(node) || node.getExpression().getText() !== 'require') return undefined;
  const [name] = node.getArguments();
  return Node.isStringLiteral(name) || Node.isNoSubstitutionTemplateLiteral(name)
    ? name.getLiteralText()
    : undefined;
}

function bindingsOf(tree: SourceFile): Map<string, Binding> {
  const found = new Map<string, Binding>();
  for (const each of tree.getImportDeclarations()) {
    const module = each.getModuleSpecifierValue();
    const usual = each.getDefaultImport();
    const all = each.getNamespaceImport();
    if (usual) found.set(usual.getText(), { module, name: 'default' });
    if (all) found.set(all.getText(), { module, name: '*' });
    for (const named of each.getNamedImports())
      found.set(named.getAliasNode()?.getText() ?? named.getName(), { module, name: named.getName() });
  }
  for (const each of tree.getDescendantsOfKind(SyntaxKind.ImportEqualsDeclaration)) {
    const module = each.getExternalModuleReferenceSourceFile()
      ? undefined
      : /require\(\s*(['"])(.*?)\1/.exec(each.getText())?.[2];
    if (module !== undefined) found.set(each.getName(), { module, name: '*' });
  }
  for (const each of tree.getVariableDeclarations()) {
    const initializer = each.getInitializer();
    const module = requiredModule(initializer);
    if (module === undefined) continue;
    const name = each.getNameNode();
    const member = Node.isPropertyAccessExpression(initializer) ? initializer.getName() : undefined;
    if (Node.isIdentifier(name)) found.set(name.getText(), { module, name: member ?? '*' });
    if (Node.isObjectBindingPattern(name) && member === undefined)
      for (const element of name.getElements())
        found.set(element.getName(), {
          module,
          name: element.getPropertyNameNode()?.getText() ?? element.getName(),
        });
  }
  return found;
}

function styleOf(text: string): Style {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const imports = /^(?:import\b.*?\bfrom|import|.*\brequire\()\s*(["'])/gm;
  const quotes = [...text.matchAll(imports)].map(([, quote]) => quote);
  const single = quotes.length > 0 ? quotes.filter((quote) => quote === "'").length : count(/'/g);
  const double = quotes.length > 0 ? quotes.length - single : count(/"/g);
  const ended = count(/[\w)\]}'"`];[ \t]*(?=\r?$)/gm);
  const open = count(/^(?:import\b.*|.*\brequire\(.*\)|(?:const|let) .*[\w)\]}'"`])[ \t]*(?=\r?$)/gm);
  const lines = text.split('\n').flatMap((line) => /^[ \t]+(?=\S)/.exec(line)?.[0] ?? []);
  const tabs = lines.filter((line) => line.startsWith('\t')).length;
  const spaces = lines
    .filter((line) => line.startsWith(' ') && !line.startsWith(' *'))
    .map((line) => line.length);
  const smallest = Math.min(...spaces.filter((width) => width > 1), 8);
  return {
    quote: double > single ? '"' : "'",
    semicolon: ended >= open && ended > 0 ? ';' : open === 0 ? ';' : '',
    eol: count(/\r\n/g) > count(/\n/g) / 2 ? '\r\n' : '\n',
    indent: tabs > spaces.length ? '\t' : ' '.repeat(smallest === 8 ? 2 : smallest),
  };
}
