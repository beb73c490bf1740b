import {
  type ArrowFunction,
  type FunctionExpression,
  type MethodDeclaration,
  Node,
  SyntaxKind,
} from 'ts-morph';
import { ByHand } from './advice.ts';
import { hasSpread, type Host, propertyOf } from './host.ts';
import { lead, statementOf } from './place.ts';
import { openSource, resolveImport } from './resolve.ts';
import { isKey, type Source } from './source.ts';

export type InlineFunction = ArrowFunction | FunctionExpression | MethodDeclaration;

/** The `createContext` of a host: none, something with a name, or a function that stands inside of the options. */
export type Context =
  { is: 'none' } | { is: 'named'; node: Node } | { is: 'inline'; node: InlineFunction; property: Node };

export function contextOf({ options }: Host): Context {
  if (options === undefined)
    throw new ByHand(
      'The options of the adapter are not written where it is called, so createContext was not found.',
    );
  const node = propertyOf(options, 'createContext');
  if (node === undefined) {
    if (hasSpread(options))
      throw new ByHand('The options of the adapter are spread, so createContext was not found.');
    return { is: 'none' };
  }
  const property = options.getPropertyOrThrow('createContext');
  if (Node.isArrowFunction(node) || Node.isFunctionExpression(node) || Node.isMethodDeclaration(node))
    return { is: 'inline', node, property };
  return { is: 'named', node };
}

/** The type of the parameter of `createContext` on a host, and where it is from. */
export interface ContextType {
  name: string;
  from: string;
}

/**
 * The option `createContext` for a handler beside the adapter. A function that stands inside of the adapter's options is moved
 * in front of the statement, so that both use it.
 */
export function shareContext(host: Host, ...types: readonly ContextType[]): string | undefined {
  const context = contextOf(host);
  if (context.is === 'none') return undefined;
  if (context.is === 'named') return toOption(context.node.getText());
  const { source } = host;
  const { node, property } = context;
  const statement = statementOf(property);
  if (statement === undefined)
    throw new ByHand('createContext is a function inside of an expression; give it a name first.');
  const name = source.free('createContext');
  const indent = source.indentAt(statement.getStart());
  const text = toDeclaration(node, name, source, types);
  const deeper = source.indentAt(property.getStart()).slice(indent.length);
  const moved = text
    .split('\n')
    .map((line, index) =>
      index > 0 && line.startsWith(indent + deeper) ? indent + line.slice((indent + deeper).length) : line,
    )
    .join('\n');
  source.insert(lead(statement), `${moved}\n${indent}`);
  source.replace(
    property.getStart(),
    property.getEnd(),
    name === 'createContext' ? name : `createContext: ${name}`,
  );
  return toOption(name);
}

function toOption(text: string): string {
  return text === 'createContext' ? text : `createContext: ${text}`;
}

/** Writes a function as a declaration, with types at its parameters where they had those of their place. */
function toDeclaration(
  node: InlineFunction,
  name: string,
  source: Source,
  types: readonly ContextType[],
): string {
  const start = Node.isMethodDeclaration(node) ? node.getNameNode().getEnd() : node.getStart();
  let text = source.text.slice(start, node.getEnd());
  const parameters = source.isTypeScript ? node.getParameters().slice(0, types.length) : [];
  for (const [index, parameter] of [...parameters.entries()].toReversed()) {
    if (parameter.getTypeNode() !== undefined) continue;
    const { name: typeName, from } = types[index]!;
    const local = source.import(typeName, from, { isType: true });
    const at = parameter.getNameNode().getEnd() - start;
    const isBare =
      Node.isArrowFunction(node) && node.getFirstChildByKind(SyntaxKind.OpenParenToken) === undefined;
    const open = parameter.getStart() - start;
    text = isBare
      ? `${text.slice(0, open)}(${text.slice(open, at)}: ${local})${text.slice(at)}`
      : `${text.slice(0, at)}: ${local}${text.slice(at)}`;
  }
  if (!Node.isMethodDeclaration(node)) return `const ${name} = ${text}${source.style.semicolon}`;
  return `${node.isAsync() ? 'async ' : ''}function ${name}${text}`;
}

/** How many parameters a `createContext` declares; undefined where its declaration is not found. */
export function countParameters(context: Context, source: Source): number | undefined {
  if (context.is === 'none') return 0;
  if (context.is === 'inline') return context.node.getParameters().length;
  return countOf(context.node.getText(), source);
}

function countOf(name: string, source: Source): number | undefined {
  const declared = source.tree.getFunction(name);
  if (declared) return declared.getParameters().length;
  const value = source.tree.getVariableDeclaration(name)?.getInitializer();
  if (Node.isArrowFunction(value) || Node.isFunctionExpression(value)) return value.getParameters().length;
  const binding = source.bindings.get(name);
  const file = binding && resolveImport(source.file, binding.module);
  return file === undefined ? undefined : countOf(binding!.name, openSource(file));
}

/** The names that a piece of code uses and does not declare itself. */
export function freeNames(node: Node): Set<string> {
  const own = new Set(
    [
      ...node.getDescendantsOfKind(SyntaxKind.Parameter),
      ...node.getDescendantsOfKind(SyntaxKind.VariableDeclaration),
      ...node.getDescendantsOfKind(SyntaxKind.BindingElement),
    ].flatMap((each) => (Node.isIdentifier(each.getNameNode()) ? [each.getNameNode().getText()] : [])),
  );
  const all = Node.isIdentifier(node) ? [node] : node.getDescendantsOfKind(SyntaxKind.Identifier);
  return new Set(all.flatMap((each) => (isKey(each) || own.has(each.getText()) ? [] : [each.getText()])));
}
