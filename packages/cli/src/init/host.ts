import { type CallExpression, Node, type ObjectLiteralExpression, SyntaxKind } from 'ts-morph';
import type { Source } from './source.ts';

export type HostKind =
  'express' | 'fastify' | 'server' | 'node' | 'fetch' | 'hono' | 'pages' | 'lambda' | 'other';

/** A place where an app gives its router to an adapter of tRPC. */
export interface Host {
  kind: HostKind;
  source: Source;
  /** The call of the adapter; on Fastify, that of `register`. */
  call: CallExpression;
  /** The options of the adapter, with the router. */
  options: ObjectLiteralExpression | undefined;
}

const adapters: Record<string, HostKind> = {
  '@trpc/server/adapters/express createExpressMiddleware': 'express',
  '@trpc/server/adapters/fastify fastifyTRPCPlugin': 'fastify',
  '@trpc/server/adapters/standalone createHTTPServer': 'server',
  '@trpc/server/adapters/standalone createHTTPHandler': 'node',
  '@trpc/server/adapters/standalone createHTTP2Handler': 'other',
  '@trpc/server/adapters/node-http nodeHTTPRequestHandler': 'other',
  '@trpc/server/adapters/fetch fetchRequestHandler': 'fetch',
  '@trpc/server/adapters/next createNextApiHandler': 'pages',
  '@trpc/server/adapters/aws-lambda awsLambdaRequestHandler': 'lambda',
  '@hono/trpc-server trpcServer': 'hono',
};

/** Finds the places of a file where a router is served. */
export function findHosts(source: Source): Host[] {
  const kindOf = (node: Node): HostKind | undefined => {
    const binding = source.bindingOf(node);
    return binding && adapters[`${binding.module} ${binding.name}`];
  };
  return source.tree.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call): Host[] => {
    const kind = kindOf(call.getExpression());
    const [first, second] = call.getArguments();
    if (kind !== undefined && kind !== 'fastify')
      return [{ kind, source, call, options: objectOf(first, source) }];
    if (first === undefined || kindOf(first) !== 'fastify') return [];
    const given = propertyOf(objectOf(second, source), 'trpcOptions');
    return [{ kind: 'fastify', source, call, options: objectOf(given, source) }];
  });
}

/** The object that an expression is, or that the variable has which it names. */
function objectOf(node: Node | undefined, source: Source): ObjectLiteralExpression | undefined {
  const bare = unwrap(node);
  if (Node.isObjectLiteralExpression(bare)) return bare;
  if (!Node.isIdentifier(bare)) return undefined;
  const found = source.tree
    .getDescendantsOfKind(SyntaxKind.VariableDeclaration)
    .filter((each) => each.getName() === bare.getText());
  const value = found.length === 1 ? unwrap(found[0]!.getInitializer()) : undefined;
  return Node.isObjectLiteralExpression(value) ? value : undefined;
}

export function unwrap(node: Node | undefined): Node | undefined {
  if (Node.isAsExpression(node) || Node.isSatisfiesExpression(node) || Node.isParenthesizedExpression(node))
    return unwrap(node.getExpression());
  return node;
}

/** The value of a property of an object; for a shorthand its name, for a method the method. */
export function propertyOf(object: ObjectLiteralExpression | undefined, name: string): Node | undefined {
  const property = object?.getProperty(name);
  if (Node.isShorthandPropertyAssignment(property)) return property.getNameNode();
  if (Node.isPropertyAssignment(property)) return unwrap(property.getInitializer());
  return Node.isMethodDeclaration(property) ? property : undefined;
}

export function hasSpread(object: ObjectLiteralExpression): boolean {
  return object.getProperties().some((each) => Node.isSpreadAssignment(each));
}
