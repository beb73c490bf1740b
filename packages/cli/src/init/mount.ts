import { type CallExpression, Node, SyntaxKind } from 'ts-morph';
import { ByHand } from './advice.ts';
import { contextOf, countParameters, freeNames, shareContext } from './context.ts';
import { guardsOf, named, pathOf } from './guard.ts';
import { type Host, propertyOf } from './host.ts';
import { mountFetch } from './mount-fetch.ts';
import { mountNode, mountServer } from './mount-node.ts';
import { handlerText, type Mounted, routerText } from './mounted.ts';
import { writeRoute } from './new-route.ts';
import { addCall, insertBefore, type MethodCall, methodCallOf, statementOf, toMcpPath } from './place.ts';

/** Adds the handler beside the tRPC endpoint of a host. `tag` is the option of that name. Throws `ByHand` where it is not sure. */
export function mount(host: Host, tag: string | undefined): Mounted {
  const { kind } = host;
  if (kind === 'express') return mountExpress(host, tag);
  if (kind === 'fastify') return mountFastify(host, tag);
  if (kind === 'server') return mountServer(host, tag);
  if (kind === 'node') return mountNode(host, tag);
  if (kind === 'hono') return mountHono(host, tag);
  if (kind === 'pages') return writeRoute(host, tag);
  if (kind === 'fetch') return isAppRoute(host.source.file) ? writeRoute(host, tag) : mountFetch(host, tag);
  if (kind === 'lambda')
    throw new ByHand(
      'On Lambda, the handler is served by a small app: see examples/lambda of @trpc-mcp, with the same createContext.',
    );
  throw new ByHand('This host has no recipe here; docs/hosts.md of @trpc-mcp has those that there are.');
}

/** A route of the app router of Next.js. */
function isAppRoute(file: string): boolean {
  return /[\\/]app[\\/](?:.*[\\/])?route\.[jt]sx?$/.test(file);
}

function mountExpress(host: Host, tag: string | undefined): Mounted {
  const { source, call } = host;
  const use = useOf(call);
  if (use === undefined)
    throw new ByHand('The middleware of tRPC is not given to app.use(…) in the same file.');
  const args = use.call.getArguments();
  const [first] = args;
  const given = pathOf(first);
  const isPath = given !== undefined;
  const path = isPath ? toMcpPath(given) : '/mcp';
  // Where the path is not known, tRPC may get every request, so MCP comes first.
  const isMountedAtRoot = !isPath || /^\/?\*?$/.test(given);
  const own = args.findIndex((each) => each === call || each.getText() === nameOf(call));
  const middleware = [...guardsOf(use, path), ...named(args.slice(isPath || own > 0 ? 1 : 0, own))];
  const context = shareContext(host, {
    name: 'CreateExpressContextOptions',
    from: '@trpc/server/adapters/express',
  });
  const name = source.import('mcpHandler', '@trpc-mcp/core/express');
  const handler = handlerText(name, routerText(host), context, tag);
  addCall(source, use, `.use(${[source.quoted(path), ...middleware, handler].join(', ')})`, {
    isBefore: isMountedAtRoot,
  });
  return { path };
}

/** The name of the variable that a call is assigned to. */
function nameOf(call: CallExpression): string | undefined {
  const parent = call.getParent();
  return Node.isVariableDeclaration(parent) ? parent.getName() : undefined;
}

/** `app.use(…)` with the middleware among its arguments. */
function useOf(call: CallExpression): MethodCall | undefined {
  const direct = methodCallOf(call.getParent());
  if (direct && direct.call.getArguments().includes(call)) return direct;
  const name = nameOf(call);
  if (name === undefined) return undefined;
  return call
    .getSourceFile()
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .filter((each) =>
      each.getArguments().some((argument) => Node.isIdentifier(argument) && argument.getText() === name),
    )
    .map(methodCallOf)
    .find((each) => each !== undefined);
}

function mountFastify(host: Host, tag: string | undefined): Mounted {
  const { source, call } = host;
  const register = methodCallOf(call);
  if (register?.method !== 'register') throw new ByHand('The plugin of tRPC is not given to register(…).');
  const [, options] = call.getArguments();
  const prefix = Node.isObjectLiteralExpression(options) ? propertyOf(options, 'prefix') : undefined;
  const path = Node.isStringLiteral(prefix) ? toMcpPath(prefix.getLiteralText()) : '/mcp';
  const context = shareContext(host, {
    name: 'CreateFastifyContextOptions',
    from: '@trpc/server/adapters/fastify',
  });
  const name = source.import('mcpHandler', '@trpc-mcp/core/fastify');
  const handler = handlerText(name, routerText(host), context, tag);
  addCall(source, register, `.register(${handler}, { prefix: ${source.quoted(path)} })`);
  return { path };
}

function mountHono(host: Host, tag: string | undefined): Mounted {
  const { source, call } = host;
  const use = useOf(call);
  const statement = use && statementOf(use.call);
  if (use === undefined || statement === undefined)
    throw new ByHand('trpcServer(…) is not given to app.use(…).');
  const args = use.call.getArguments();
  const own = args.findIndex((each) => each === call || each.getText() === nameOf(call));
  const mounted = pathOf(args[0]);
  const path = mounted === undefined ? '/mcp' : toMcpPath(mounted);
  const middleware = [...guardsOf(use, path), ...named(args.slice(Math.min(1, own), own))];
  const context = contextOf(host);
  const count = countParameters(context, source);
  if (count === undefined)
    throw new ByHand('The declaration of createContext was not found, so its parameters are not known.');
  const given = shareContext(
    host,
    { name: 'FetchCreateContextFnOptions', from: '@trpc/server/adapters/fetch' },
    { name: 'Context', from: 'hono' },
  );
  const mcp = source.free('mcp');
  const c = freeNames(use.receiver).has('c') ? 'ctx' : 'c';
  const name = source.import('mcpHandler', '@trpc-mcp/core/fetch');
  insertBefore(
    source,
    statement,
    `const ${mcp} = ${handlerText(name, routerText(host), given, tag)}${source.style.semicolon}`,
  );
  addCall(
    source,
    use,
    `.all(${[source.quoted(path), ...middleware, `(${c}) => ${mcp}(${c}.req.raw${count > 1 ? `, ${c}` : ''})`].join(', ')})`,
  );
  return { path };
}
