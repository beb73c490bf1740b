import { type CallExpression, Node, type Statement } from 'ts-morph';
import { lineEnd, type Source } from './source.ts';

/** The statement of a block that a node is in, if no function lies between the two. */
export function statementOf(node: Node): Statement | undefined {
  for (let at: Node | undefined = node; at; at = at.getParent()) {
    const parent: Node | undefined = at.getParent();
    if (
      Node.isStatement(at) &&
      (Node.isSourceFile(parent) || Node.isBlock(parent) || Node.isModuleBlock(parent))
    )
      return at;
    if (at !== node && isFunction(at)) return undefined;
  }
  return undefined;
}

export function isFunction(node: Node): boolean {
  return (
    Node.isFunctionLikeDeclaration(node) || Node.isArrowFunction(node) || Node.isFunctionExpression(node)
  );
}

/** Where a statement starts, with the comments in front of it. */
export function lead(statement: Statement): number {
  return statement.getLeadingCommentRanges()[0]?.getPos() ?? statement.getStart();
}

export function insertAfter(source: Source, statement: Statement, line: string): void {
  source.insert(
    lineEnd(source.text, statement.getEnd()),
    `\n${source.indentAt(statement.getStart())}${line}`,
  );
}

export function insertBefore(source: Source, statement: Statement, line: string): void {
  source.insert(lead(statement), `${line}\n${source.indentAt(statement.getStart())}`);
}

/** The name and arguments of `receiver.method(…)`. */
export interface MethodCall {
  call: CallExpression;
  receiver: Node;
  method: string;
}

export function methodCallOf(call: Node | undefined): MethodCall | undefined {
  if (!Node.isCallExpression(call)) return undefined;
  const callee = call.getExpression();
  if (!Node.isPropertyAccessExpression(callee)) return undefined;
  return { call, receiver: callee.getExpression(), method: callee.getName() };
}

/**
 * Adds a call to the receiver of another call: as a statement after (or before) it where that one is a statement of its own, else
 * at the end of the chain that it is part of.
 */
export function addCall(
  source: Source,
  { call, receiver }: MethodCall,
  text: string,
  options: { isBefore?: boolean } = {},
): void {
  const isPlain =
    Node.isIdentifier(receiver) || Node.isPropertyAccessExpression(receiver) || receiver.getText() === 'this';
  const statement = statementOf(call);
  const prefix = statement && source.text.slice(statement.getStart(), call.getStart());
  const isAlone = Node.isExpressionStatement(statement) && /^((await|void)\s+)?$/.test(prefix!);
  const ends = statement && source.text.slice(call.getEnd(), statement.getEnd());
  if (isPlain && isAlone && /^\s*;?$/.test(ends!)) {
    const line = `${prefix!}${receiver.getText()}${text}${source.style.semicolon}`;
    if (options.isBefore) insertBefore(source, statement, line);
    else insertAfter(source, statement, line);
    return;
  }
  const dot = call.getExpression().getLastChildOrThrow().getStart();
  const gap = /(\r?\n[ \t]*)\.\s*$/.exec(source.text.slice(receiver.getEnd(), dot))?.[1] ?? '';
  source.insert(options.isBefore ? receiver.getEnd() : call.getEnd(), `${gap}${text}`);
}

/** The path for MCP beside one of tRPC: `/api/trpc/*` has `/api/mcp`. */
export function toMcpPath(path: string): string {
  const parts = path
    .replace(/\/?\*\w*$/, '')
    .split('/')
    .filter((part) => part !== '');
  if (!parts.at(-1)?.includes('trpc') && parts.length < 2) return '/mcp';
  return `/${[...parts.slice(0, -1), 'mcp'].join('/')}`;
}
