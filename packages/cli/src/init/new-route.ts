import { Node, type VariableStatement } from 'ts-morph';
import { existsSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { ByHand } from './advice.ts';
import { contextOf, freeNames } from './context.ts';
import { assertNoGate, changesAnswer } from './guard.ts';
import { type Host, propertyOf, unwrap } from './host.ts';
import { handlerText, type Mounted, routerText } from './mounted.ts';
import { isFunction } from './place.ts';
import type { Source } from './source.ts';

/** Writes a route of Next.js for MCP, beside the one of tRPC, with what that one imports. */
export function writeRoute(host: Host, tag: string | undefined): Mounted {
  const { source, kind } = host;
  const isPages = kind === 'pages';
  const file = toRouteFile(source.file, isPages);
  if (file === undefined)
    throw new ByHand('The route of tRPC is not in a folder of its own, such as api/trpc/[trpc].');
  if (existsSync(file)) throw new ByHand(`${file} is there already, and does not import @trpc-mcp/core.`);
  if (isPages) assertPlainExport(host);
  const around = host.call.getAncestors().find(isFunction);
  const isChanged = !isPages && around !== undefined && changesAnswer(around, host.call);
  const route = new Route(host, file);
  const router = routerText(host);
  const context = isPages ? route.named() : route.context();
  route.add(router);
  const { semicolon } = source.style;
  const handler = handlerText('mcpHandler', router, context, tag);
  const from = `@trpc-mcp/core/${isPages ? 'node' : 'fetch'}`;
  const lines = isPages
    ? [
        source.isCommonJs
          ? `module.exports = ${handler}${semicolon}`
          : `export default ${handler}${semicolon}`,
      ]
    : [
        ...segmentOf(source),
        `const handler = ${handler}${semicolon}`,
        '',
        `export { handler as GET, handler as POST, handler as DELETE }${semicolon}`,
      ];
  const { eol } = source.style;
  const text = [route.imports(from), '', ...route.copies(), ...lines, '']
    .join('\n')
    .replaceAll(/\r?\n/g, eol);
  const path = `/${relative(file.slice(0, file.search(isPages ? /pages[\\/]/ : /app[\\/]/)), file)
    .split(sep)
    .slice(1)
    .filter((part) => !/^\(.*\)$/.test(part))
    .join('/')
    .replace(/(\/route)?\.[jt]sx?$/, '')}`;
  const warning =
    'The route of tRPC changes its answer after fetchRequestHandler(…), and the one of MCP does not. For CORS, mcpHandler has the option cors.';
  return { path, file: { file, text }, ...(isChanged && { warning }) };
}

/** What a route says of itself to Next.js, such as `export const runtime = 'edge'`. */
function segmentOf(source: Source): string[] {
  const lines = source.tree
    .getVariableStatements()
    .filter(
      (each) =>
        each.isExported() &&
        each
          .getDeclarations()
          .every((one) =>
            /^(runtime|dynamic|dynamicParams|revalidate|fetchCache|maxDuration|preferredRegion)$/.test(
              one.getName(),
            ),
          ),
    )
    .map((each) => each.getText());
  return lines.length === 0 ? [] : [...lines, ''];
}

function toRouteFile(file: string, isPages: boolean): string | undefined {
  const extension = extname(file).replace('x', '');
  // The folder above the one for all paths of tRPC.
  const folder = isPages ? dirname(file) : dirname(dirname(file));
  const own = isPages
    ? /^\[.*\]\.[jt]sx?$/.test(file.split(sep).at(-1)!)
    : /^\[.*\]$/.test(dirname(file).split(sep).at(-1)!);
  if (!own) return undefined;
  return isPages
    ? join(dirname(folder), `mcp${extension}`)
    : join(dirname(folder), 'mcp', `route${extension}`);
}

/** In a pages route, something around the handler, such as CORS, would be missing at the new one. */
function assertPlainExport({ source, call }: Host): void {
  const exported =
    source.tree.getExportAssignment(() => true)?.getExpression() ??
    source.tree
      .getStatements()
      .flatMap((each) => {
        const value = Node.isExpressionStatement(each) ? each.getExpression() : undefined;
        return Node.isBinaryExpression(value) && value.getLeft().getText().startsWith('module.exports')
          ? [value.getRight()]
          : [];
      })
      .at(0);
  const parent = call.getParent();
  const name = Node.isVariableDeclaration(parent) ? parent.getName() : undefined;
  if (unwrap(exported) === call || (exported && exported.getText() === name)) return;
  throw new ByHand(
    'Code of yours stands around the handler of tRPC. Make pages/api/mcp in the same way, with mcpHandler of @trpc-mcp/core/node.',
  );
}

/** Collects what the new file needs of the old one. */
class Route {
  readonly #host: Host;
  readonly #source: Source;
  readonly #file: string;
  readonly #imported = new Set<string>();
  readonly #copied = new Map<string, string>();

  constructor(host: Host, file: string) {
    this.#host = host;
    this.#source = host.source;
    this.#file = file;
  }

  /** The option `createContext` on hosts that give it the same arguments as tRPC does. */
  named(): string | undefined {
    const context = contextOf(this.#host);
    if (context.is === 'none') return undefined;
    if (Node.isMethodDeclaration(context.node))
      throw new ByHand('createContext is a method of the options; give it a name first.');
    this.#need(context.node, new Set());
    const text = context.node.getText();
    return text === 'createContext' ? text : `createContext: ${text}`;
  }

  /** The option `createContext` on the app router. There it often takes the request of the function around it. */
  context(): string | undefined {
    const { call, options } = this.#host;
    const context = contextOf(this.#host);
    const around = call.getAncestors().find(isFunction);
    if (around === undefined) throw new ByHand('fetchRequestHandler(…) is not called in a function.');
    if (Node.isCallExpression(around.getParent()))
      throw new ByHand(
        'The route is wrapped, for example by auth(…). Wrap the one of MCP in the same way, and give what it adds to the handler as its second argument: docs/hosts.md of @trpc-mcp shows it for Auth.js.',
      );
    assertNoGate(around, call);
    if (context.is !== 'inline') return this.named();
    const { node } = context;
    if (node.getParameters().length > 0) return this.named();
    const request = unwrap(propertyOf(options, 'req'))?.getText();
    const parameters = (around as unknown as { getParameters: () => Node[] })
      .getParameters()
      .filter((each) => Node.isParameterDeclaration(each));
    const own = parameters.find((each) => each.getName() === request);
    const local = new Set(parameters.flatMap((each) => each.getNameNode().getText().match(/\w+/g) ?? []));
    const used = freeNames(node);
    const usesRequest = request !== undefined && own !== undefined && used.has(request);
    this.#need(node, new Set(usesRequest ? [request] : []));
    if ([...local].some((each) => each !== request && used.has(each)))
      throw new ByHand('createContext uses a second argument of the route.');
    if (!usesRequest) return this.#inline(node.getText(), node);
    if (Node.isMethodDeclaration(node))
      throw new ByHand('createContext is a method of the options; give it a name first.');
    const type = own.getTypeNode();
    const isPlain = type === undefined || type.getText() === 'Request' || !this.#source.isTypeScript;
    if (!isPlain) this.#need(type, new Set());
    const taken = request === 'req' ? '{ req }' : `{ req: ${request} }`;
    const parameter = isPlain ? taken : `${taken}: { req: ${type.getText()} }`;
    const body = node.getBody().getText();
    return this.#inline(`${node.isAsync() ? 'async ' : ''}(${parameter}) => ${body}`, node);
  }

  /** Adds the import, or a copy, of a name that is used. */
  add(text: string): void {
    const name = /^[\w$]+/.exec(text)?.[0] ?? text;
    this.#take(name);
  }

  imports(from: string): string {
    const { semicolon } = this.#source.style;
    const source = this.#source;
    const own =
      source.isCommonJs && !source.isTypeScript
        ? `const { mcpHandler } = require(${source.quoted(from)})${semicolon}`
        : `import { mcpHandler } from ${source.quoted(from)}${semicolon}`;
    const order = [...source.bindings.keys()];
    const locals = [...this.#imported].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
    const lines = new Map<string, string[]>();
    for (const local of locals) {
      const { start, named, end } = this.#importParts(local);
      if (named === undefined) lines.set(`${start}${end}`, []);
      else lines.set(`${start}|${end}`, [...(lines.get(`${start}|${end}`) ?? []), named]);
    }
    const written = Array.from(lines, ([key, names]) =>
      names.length === 0 ? key : key.replace('|', () => `{ ${names.join(', ')} }`),
    );
    return [own, ...written].join('\n');
  }

  copies(): string[] {
    return [...this.#copied.values()].flatMap((text) => [text, '']);
  }

  #inline(text: string, node: Node): string {
    // What was deep in the old file stands one level deep in the new one.
    const indent = this.#source.indentAt(node.getStart());
    const lines = text
      .split('\n')
      .map((line, index) => (index > 0 && line.startsWith(indent) ? line.slice(indent.length) : line));
    return `createContext: ${lines.join('\n')}`;
  }

  #need(node: Node, except: ReadonlySet<string>): void {
    for (const name of freeNames(node)) if (!except.has(name)) this.#take(name);
  }

  #take(name: string): void {
    if (this.#imported.has(name) || this.#copied.has(name)) return;
    if (this.#source.bindings.has(name)) {
      this.#imported.add(name);
      return;
    }
    const { tree } = this.#source;
    const declared =
      tree.getFunction(name) ?? tree.getInterface(name) ?? tree.getTypeAlias(name) ?? this.#constant(name);
    if (declared) {
      this.#copied.set(name, '');
      this.#need(declared, new Set([name]));
      this.#copied.delete(name);
      this.#copied.set(name, declared.getText().replace(/^export (default )?/, ''));
      return;
    }
    if (tree.getVariableDeclaration(name) || tree.getClass(name))
      throw new ByHand(
        `${name} is made in the route of tRPC. Move it to a module of its own, and run this again.`,
      );
    if (name in globalThis || globals.has(name)) return;
    throw new ByHand(`The route of tRPC uses ${name}, and where it is from was not found.`);
  }

  /** A constant that is a function, or a plain value. */
  #constant(name: string): VariableStatement | undefined {
    const declared = this.#source.tree.getVariableDeclaration(name);
    const value = unwrap(declared?.getInitializer());
    const isSafe =
      Node.isArrowFunction(value) ||
      Node.isFunctionExpression(value) ||
      Node.isStringLiteral(value) ||
      Node.isNumericLiteral(value);
    return isSafe ? declared?.getVariableStatement() : undefined;
  }

  /** The line of an import: what stands before its name in braces, that name, and what stands after it. */
  #importParts(local: string): { start: string; named?: string; end: string } {
    const source = this.#source;
    const { module, name } = source.bindings.get(local)!;
    const { semicolon } = source.style;
    const from = source.quoted(this.#relocate(module));
    if (source.isCommonJs && !source.isTypeScript) {
      const end = ` = require(${from})${semicolon}`;
      if (name === '*') return { start: `const ${local}`, end };
      return { start: 'const ', named: name === local ? name : `${name}: ${local}`, end };
    }
    const isType = source.tree
      .getImportDeclarations()
      .some(
        (each) =>
          each.getModuleSpecifierValue() === module &&
          (each.isTypeOnly() ||
            each.getNamedImports().some((one) => one.getName() === name && one.isTypeOnly())),
      );
    const word = isType ? 'import type' : 'import';
    const end = ` from ${from}${semicolon}`;
    if (name === 'default') return { start: `${word} ${local}`, end };
    if (name === '*') return { start: `${word} * as ${local}`, end };
    return { start: `${word} `, named: name === local ? name : `${name} as ${local}`, end };
  }

  /** A relative path starts at the new file. */
  #relocate(module: string): string {
    if (!/^\.\.?(\/|$)/.test(module)) return module;
    const path = relative(dirname(this.#file), join(dirname(this.#source.file), module))
      .split(sep)
      .join('/');
    return path.startsWith('.') ? path : `./${path}`;
  }
}

/** Names of types and values that a program has without an import, and that this process may not have. */
const globals = new Set([
  'Request',
  'Response',
  'Headers',
  'Promise',
  'Record',
  'Partial',
  'Readonly',
  'Awaited',
  'ReturnType',
  'Parameters',
  'undefined',
  'const',
  'Pick',
  'Omit',
  'RequestInit',
  'window',
  'React',
  'NodeJS',
  'require',
  'module',
]);
