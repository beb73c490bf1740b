import { Node, SyntaxKind } from 'ts-morph';
import { ByHand } from './advice.ts';
import { shareContext } from './context.ts';
import { assertNoGate } from './guard.ts';
import { type Host, propertyOf } from './host.ts';
import { handlerText, type Mounted, routerText } from './mounted.ts';
import { insertAfter, insertBefore, statementOf } from './place.ts';

const type = { name: 'CreateHTTPContextOptions', from: '@trpc/server/adapters/standalone' };

/** `createHTTPServer` makes a whole server, so one of our own is made in its place, which does the same and has one path more. */
export function mountServer(host: Host, tag: string | undefined): Mounted {
  const { source, call } = host;
  const statement = statementOf(call);
  const [options] = call.getArguments();
  if (statement === undefined || options === undefined)
    throw new ByHand('createHTTPServer(…) is called inside of an expression.');
  const context = shareContext(host, type);
  const createServer = source.import('createServer', 'node:http');
  const createHandler = source.import('createHTTPHandler', '@trpc/server/adapters/standalone');
  const name = source.import('mcpHandler', '@trpc-mcp/core/node');
  const [trpc, mcp] = [source.free('trpc'), source.free('mcp')];
  const { semicolon, indent } = source.style;
  const outer = source.indentAt(statement.getStart());
  // The options move, and what is edited inside of them moves with them: only what is around them is replaced.
  const start = statement.getStart();
  const before = source.text.slice(start, call.getStart());
  if (!Node.isObjectLiteralExpression(options) && !Node.isIdentifier(options))
    throw new ByHand('The options of createHTTPServer(…) are not written where it is called.');
  source.replace(start, options.getStart(), `const ${trpc} = ${createHandler}(`);
  const body = [
    `)${semicolon}`,
    `${outer}const ${mcp} = ${handlerText(name, routerText(host), context, tag)}${semicolon}`,
    `${outer}${before}${createServer}((req, res) => {`,
    `${outer}${indent}if (req.url?.split(${source.quoted('?')})[0] === ${source.quoted('/mcp')}) void ${mcp}(req, res)${semicolon}`,
    `${outer}${indent}else ${trpc}(req, res)${semicolon}`,
    `${outer}})`,
  ];
  source.replace(options.getEnd(), call.getEnd(), body.join('\n'));
  return { path: '/mcp', ...warnOfMiddleware(host) };
}

/** What tRPC runs in front of its procedures, such as CORS, does not run for MCP. */
function warnOfMiddleware({ options }: Host): { warning?: string } {
  if (propertyOf(options, 'middleware') === undefined) return {};
  return {
    warning:
      'The option middleware of the tRPC server does not run for /mcp. For CORS, mcpHandler has the option cors; anything else, such as a check of who calls, has to be called in front of mcp(req, res).',
  };
}

/** A handler of tRPC that is called in a server of the app: MCP gets its requests first. */
export function mountNode(host: Host, tag: string | undefined): Mounted {
  const { source, call } = host;
  const parent = call.getParent();
  const statement = statementOf(call);
  const name = Node.isVariableDeclaration(parent) ? parent.getName() : undefined;
  const server = source.tree.getDescendantsOfKind(SyntaxKind.CallExpression).find((each) => {
    const callee = each.getExpression().getText().split('.').at(-1)!;
    return (
      /^create(Secure)?Server$/.test(callee) &&
      each
        .getArguments()
        .some((argument) =>
          [argument, ...argument.getDescendants()].some(
            (node) =>
              node === call || (name !== undefined && Node.isIdentifier(node) && node.getText() === name),
          ),
        )
    );
  });
  const listener = server?.getArguments().at(-1);
  if (server === undefined || listener === undefined || statement === undefined)
    throw new ByHand('The handler of tRPC is not given to createServer(…) in the same file.');
  const isIt = listener === call || (Node.isIdentifier(listener) && listener.getText() === name);
  const isFunction = Node.isArrowFunction(listener) || Node.isFunctionExpression(listener);
  const body = isFunction ? listener.getBody() : undefined;
  const names = isFunction ? listener.getParameters().map((each) => each.getNameNode()) : [];
  if (!isIt && (!Node.isBlock(body) || names.length < 2 || !names.every((each) => Node.isIdentifier(each))))
    throw new ByHand('The function that is given to createServer(…) is not written there, or has no block.');
  const called = isFunction
    ? [listener, ...listener.getDescendants()].find(
        (each) => each === call || (Node.isIdentifier(each) && name !== undefined && each.getText() === name),
      )
    : undefined;
  if (called) assertNoGate(listener, called);
  if (listener === call) throw new ByHand('Give the result of createHTTPHandler(…) a name first.');
  const context = shareContext(host, type);
  const handler = source.import('mcpHandler', '@trpc-mcp/core/node');
  const mcp = source.free('mcp');
  const { semicolon, indent } = source.style;
  const line = `const ${mcp} = ${handlerText(handler, routerText(host), context, tag)}${semicolon}`;
  if (name === undefined) insertBefore(source, statement, line);
  else insertAfter(source, statement, line);
  const isMcp = (req: string): string =>
    `${req}.url?.split(${source.quoted('?')})[0] === ${source.quoted('/mcp')}`;
  const serverStatement = statementOf(server);
  const outer = source.indentAt((serverStatement ?? server).getStart());
  if (isIt) {
    const text = [
      '(req, res) => {',
      `${outer}${indent}if (${isMcp('req')}) void ${mcp}(req, res)${semicolon}`,
      `${outer}${indent}else ${name}(req, res)${semicolon}`,
      `${outer}}`,
    ].join('\n');
    source.replace(listener.getStart(), listener.getEnd(), text);
    return { path: '/mcp', ...warnOfMiddleware(host) };
  }
  const [req, res] = names.map((each) => each.getText()) as [string, string];
  const open = body!.getFirstChildByKindOrThrow(SyntaxKind.OpenBraceToken).getEnd();
  const inner = `${outer}${indent}`;
  source.insert(
    open,
    [
      '',
      `${inner}if (${isMcp(req)}) {`,
      `${inner}${indent}void ${mcp}(${req}, ${res})${semicolon}`,
      `${inner}${indent}return${semicolon}`,
      `${inner}}`,
    ].join('\n'),
  );
  return { path: '/mcp', ...warnOfMiddleware(host) };
}
