import { Node, SyntaxKind } from 'ts-morph';
import { ByHand } from './advice.ts';
import { isFunction, type MethodCall, methodCallOf } from './place.ts';

/**
 * The middleware that an app has mounted at the path of tRPC alone, in front of it: `app.use('/trpc', requireUser)`. It would
 * not run at the path of MCP, so it has to be given there too.
 */
export function guardsOf(use: MethodCall, mcpPath: string): string[] {
  const path = pathOf(use.call.getArguments()[0]);
  if (path === undefined) return [];
  const others = use.call
    .getSourceFile()
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .flatMap((each) => methodCallOf(each) ?? [])
    .filter(
      ({ call, method, receiver }) =>
        method === 'use' &&
        call.getEnd() < use.call.getEnd() &&
        rootOf(receiver) === rootOf(use.receiver) &&
        call !== use.call,
    );
  return others.flatMap(({ call }) => {
    const [first, ...rest] = call.getArguments();
    const at = pathOf(first);
    if (at === undefined || !covers(at, path) || covers(at, mcpPath)) return [];
    return named(rest);
  });
}

/** Middleware between the path and the handler of tRPC, in one call. What is written there cannot stand in two places. */
export function named(middleware: readonly Node[]): string[] {
  if (middleware.some((each) => Node.isArrowFunction(each) || Node.isFunctionExpression(each)))
    throw new ByHand(
      'Middleware of yours stands in front of that of tRPC, as a function; give it a name first.',
    );
  return middleware.map((each) => each.getText());
}

/** The path that an argument is: a text, or the name of a constant that is one. */
export function pathOf(node: Node | undefined): string | undefined {
  if (Node.isStringLiteral(node) || Node.isNoSubstitutionTemplateLiteral(node)) return node.getLiteralText();
  if (Node.isAsExpression(node)) return pathOf(node.getExpression());
  if (!Node.isIdentifier(node)) return undefined;
  const declared = node.getSourceFile().getVariableDeclaration(node.getText());
  return declared && pathOf(declared.getInitializer());
}

function covers(pattern: string, path: string): boolean {
  const [outer, inner] = [pattern, path].map((each) => each.replace(/\/?\*\w*$/, '').replace(/\/$/, ''));
  return inner === outer || inner!.startsWith(`${outer}/`);
}

/** What a chain of calls starts with, as it is written. */
function rootOf(receiver: Node): string {
  const before = methodCallOf(receiver);
  return before ? rootOf(before.receiver) : receiver.getText();
}

/**
 * Throws where a function decides itself whether a request gets as far as a node in it, for example by a check of who calls. That
 * check would not stand in front of MCP. Conditions on the path or the method of a request only say which handler it gets.
 */
export function assertNoGate(around: Node, node: Node): void {
  const body = (around as { getBody?: () => Node | undefined }).getBody?.();
  const inside = node.getAncestors().slice(0, node.getAncestors().indexOf(around));
  const isConditional = inside.some(
    (each) =>
      (Node.isIfStatement(each) && !isRouting(each.getExpression())) ||
      (Node.isConditionalExpression(each) && !isRouting(each.getCondition())) ||
      (Node.isBinaryExpression(each) && each.getOperatorToken().getText() === '&&'),
  );
  const earlier = inside
    .filter((each) => Node.isBlock(each))
    .flatMap((block) => block.getStatements().filter((each) => each.getEnd() <= node.getStart()));
  if (body !== undefined && !isConditional && earlier.every(isHarmless)) return;
  throw new ByHand(
    'Code of yours runs in front of tRPC in the same function, and may decide who gets through. Let the same code run in front of the handler of MCP.',
  );
}

function isRouting(condition: Node): boolean {
  const text = condition.getText();
  return /\b(pathname|url|method|path)\b/.test(text) && !/&&|\|\|/.test(text);
}

function isHarmless(statement: Node): boolean {
  if (Node.isIfStatement(statement)) return isRouting(statement.getExpression());
  if (isFunction(statement)) return true;
  if (Node.isVariableStatement(statement)) return callsOf(statement).length === 0;
  return Node.isExpressionStatement(statement) && /^console\.\w+\(/.test(statement.getText());
}

function callsOf(node: Node): Node[] {
  return [
    ...node.getDescendantsOfKind(SyntaxKind.CallExpression),
    ...node.getDescendantsOfKind(SyntaxKind.AwaitExpression),
  ].filter(
    (each) => !each.getAncestors().some((one) => isFunction(one) && one.getAncestors().includes(node)),
  );
}

/** Whether a function does something with the answer of tRPC: `setHeaders(response)`. */
export function changesAnswer(around: Node, node: Node): boolean {
  const inside = node.getAncestors().slice(0, node.getAncestors().indexOf(around));
  const block = inside.findLast((each) => Node.isBlock(each));
  if (block === undefined) return false;
  return block
    .getStatements()
    .some((each) => each.getStart() > node.getEnd() && !Node.isReturnStatement(each) && !isFunction(each));
}
