import {
  type ArrowFunction,
  type FunctionDeclaration,
  type FunctionExpression,
  type MethodDeclaration,
  Node,
  SyntaxKind,
} from 'ts-morph';
import { ByHand } from './advice.ts';
import { contextOf, freeNames, shareContext } from './context.ts';
import { assertNoGate, guardsOf, named, pathOf } from './guard.ts';
import { type Host, propertyOf, unwrap } from './host.ts';
import { handlerText, type Mounted, routerText } from './mounted.ts';
import { addCall, insertBefore, isFunction, methodCallOf, statementOf, toMcpPath } from './place.ts';

type AnyFunction = ArrowFunction | FunctionExpression | FunctionDeclaration | MethodDeclaration;

/** `fetchRequestHandler` in a route of an app such as Hono, or in the `fetch` of a server. */
export function mountFetch(host: Host, tag: string | undefined): Mounted {
  const { source, call, options } = host;
  const around = call.getAncestors().find(isFunction) as AnyFunction | undefined;
  const endpoint = propertyOf(options, 'endpoint');
  const path = Node.isStringLiteral(endpoint) ? toMcpPath(endpoint.getLiteralText()) : '/mcp';
  if (around === undefined) throw new ByHand('fetchRequestHandler(…) is not called in a function.');
  assertNoGate(around, call);
  const outside = outermost(around);
  const statement = statementOf(outside) ?? (Node.isStatement(outside) ? outside : undefined);
  if (statement === undefined)
    throw new ByHand('The function that calls fetchRequestHandler(…) stands inside of another one.');
  const context = contextOf(host);
  const parameters = new Set(
    around.getParameters().flatMap((each) => each.getNameNode().getText().match(/\w+/g) ?? []),
  );
  if (context.is !== 'none') {
    const used = [...freeNames(context.node)].filter((each) => parameters.has(each));
    if (used.length > 0)
      throw new ByHand(
        `createContext uses ${used.join(', ')} of the function around it. For MCP, take the request from its own parameter: createContext: ({ req }) => …; what else it needs is the second argument of the handler.`,
      );
  }
  const router = routerText(host);
  for (const each of [propertyOf(options, 'router'), context.is === 'none' ? undefined : context.node]) {
    const late = each && [...freeNames(each)].find((used) => isLaterThan(used, statement, around));
    if (late !== undefined)
      throw new ByHand(
        `${late} is declared in the function that handles a request, or below it. Declare it above, outside of the function.`,
      );
  }
  const name = (): string => source.import('mcpHandler', '@trpc-mcp/core/fetch');
  const share = (): string | undefined => {
    if (context.is !== 'inline') return shareContext(host, { name: '', from: '' });
    throw new ByHand(
      'createContext is a function inside of fetchRequestHandler(…); declare it outside of the function that handles a request.',
    );
  };
  const route = methodCallOf(around.getParent());
  const isRoute =
    route &&
    /^(all|use|on|get|post)$/.test(route.method) &&
    Node.isStringLiteral(route.call.getArguments()[0]);
  const mcp = source.free('mcp');
  const line = (given: string | undefined): string =>
    `const ${mcp} = ${handlerText(name(), router, given, tag)}${source.style.semicolon}`;
  if (isRoute && source.text.includes('hono')) {
    const args = route.call.getArguments();
    const at = pathOf(args[0]);
    const own = at === undefined ? path : toMcpPath(at);
    const middleware = [
      ...guardsOf(route, own),
      ...named(
        args.slice(
          1,
          args.findIndex((each) => each === around),
        ),
      ),
    ];
    insertBefore(source, statement, line(share()));
    addCall(
      source,
      route,
      `.all(${[source.quoted(own), ...middleware, `(c) => ${mcp}(c.req.raw)`].join(', ')})`,
    );
    return { path: own };
  }
  const request = unwrap(propertyOf(options, 'req'))?.getText();
  const body = around.getBody?.();
  if (!isFetch(around) || request === undefined || !parameters.has(request))
    throw new ByHand(
      'fetchRequestHandler(…) is called in a route that only gets requests of tRPC. Add a route of its own for MCP, which gives the request to mcpHandler of @trpc-mcp/core/fetch.',
    );
  insertBefore(source, statement, line(share()));
  const test = `if (new URL(${request}.url).pathname === ${source.quoted(path)}) return ${mcp}(${request})${source.style.semicolon}`;
  const inner = source.indentAt(around.getStart());
  const { indent, semicolon } = source.style;
  if (Node.isBlock(body)) {
    const open = body.getFirstChildByKindOrThrow(SyntaxKind.OpenBraceToken).getEnd();
    source.insert(open, `\n${inner}${indent}${test}`);
  } else {
    source.insert(body!.getStart(), `{\n${inner}${indent}${test}\n${inner}${indent}return `);
    source.insert(body!.getEnd(), `${semicolon}\n${inner}}`);
  }
  return { path };
}

/** The function that lies in no other one. */
function outermost(node: Node): Node {
  return node.getAncestors().findLast(isFunction) ?? node;
}

/** Whether a name has no value yet in front of a statement: it is declared in a function there, or further down. */
function isLaterThan(name: string, statement: Node, around: Node): boolean {
  const kinds = [
    SyntaxKind.VariableDeclaration,
    SyntaxKind.BindingElement,
    SyntaxKind.ClassDeclaration,
  ] as const;
  const declared = kinds
    .flatMap((kind): { node: Node; name: string | undefined }[] =>
      around
        .getSourceFile()
        .getDescendantsOfKind(kind)
        .map((node) => ({ node, name: node.getName() })),
    )
    .filter((each) => each.name === name)
    .map(({ node }) => node);
  const isInside = (node: Node): boolean => node.getAncestors().includes(around);
  return (
    declared.some(isInside) ||
    (declared.length > 0 && declared.every((node) => node.getStart() > statement.getStart()))
  );
}

/** A function that gets every request of a server: `fetch` of an object, or the one that is given to `serve`. */
function isFetch(node: AnyFunction): boolean {
  if (Node.isMethodDeclaration(node)) return node.getName() === 'fetch';
  const parent = node.getParent();
  if (Node.isPropertyAssignment(parent)) return parent.getName() === 'fetch';
  return Node.isCallExpression(parent) && /^(Deno\.)?serve$/.test(parent.getExpression().getText());
}
