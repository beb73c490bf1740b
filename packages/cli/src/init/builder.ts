import { type CallExpression, Node, SyntaxKind } from 'ts-morph';
import { openSource, resolveImport } from './resolve.ts';
import type { Source } from './source.ts';

/** A place where an app sets up tRPC. */
export interface Builder {
  source: Source;
  /** `initTRPC`, as it stands there. */
  start: Node;
  context: CallExpression | undefined;
  meta: CallExpression | undefined;
}

/** Finds each `initTRPC.….create()` of a file. */
export function findBuilders(source: Source): Builder[] {
  const starts = [
    ...source.tree.getDescendantsOfKind(SyntaxKind.Identifier),
    ...source.tree.getDescendantsOfKind(SyntaxKind.PropertyAccessExpression),
  ].filter((node) => {
    const binding = source.bindingOf(node);
    return binding?.module === '@trpc/server' && binding.name === 'initTRPC';
  });
  return starts.flatMap((start) => {
    const calls: CallExpression[] = [];
    let at: Node = start;
    for (;;) {
      const access = at.getParent();
      if (!Node.isPropertyAccessExpression(access) || access.getExpression() !== at) break;
      const call = access.getParent();
      if (!Node.isCallExpression(call) || call.getExpression() !== access) break;
      calls.push(call);
      at = call;
    }
    if (calls.length === 0) return [];
    const named = (name: string): CallExpression | undefined =>
      calls.find((call) => (call.getExpression() as { getName?: () => string }).getName?.() === name);
    return [{ source, start, context: named('context'), meta: named('meta') }];
  });
}

/** Finds the builder that a router is made with: in its file, or in the nearest one that it imports. */
export function findBuilderOf(file: string, builders: readonly Builder[]): Builder | undefined {
  const seen = new Set<string>();
  let level = [file];
  while (level.length > 0 && seen.size < 500) {
    for (const each of level) {
      seen.add(each);
      const own = builders.filter(({ source }) => source.file === each);
      if (own.length === 1) return own[0];
    }
    level = [
      ...new Set(
        level.flatMap((each) =>
          specifiersOf(openSource(each)).flatMap((specifier) => resolveImport(each, specifier) ?? []),
        ),
      ),
    ].filter((each) => !seen.has(each));
  }
  return undefined;
}

function specifiersOf({ bindings, tree }: Source): string[] {
  const exports = tree.getExportDeclarations().flatMap((each) => each.getModuleSpecifierValue() ?? []);
  return [...new Set([...Array.from(bindings.values(), ({ module }) => module), ...exports])];
}

export type MetaOutcome = 'added' | 'present' | 'not-needed' | { byHand: string };

/** Lets the meta of a builder's procedures have `mcp`. */
export function addMeta({ source, start, context, meta }: Builder): MetaOutcome {
  // Only types say what a meta may hold.
  if (!source.isTypeScript) return 'not-needed';
  if (meta === undefined) {
    const name = importMeta(source);
    const after = context ?? start;
    const end = after.getEnd();
    // The next call may stand on a line of its own, after a comment.
    const between = source.text.slice(end, after.getParentOrThrow().getEnd());
    const line = /(\r?\n[ \t]*)(?=(?:\.|\?\.|\/\/|\/\*))/.exec(between)?.[1] ?? '';
    source.insert(end, `${line}.meta<${name}>()`);
    return 'added';
  }
  const [type] = meta.getTypeArguments();
  if (type === undefined) {
    const name = importMeta(source);
    source.insert(meta.getExpression().getEnd(), `<${name}>`);
    return 'added';
  }
  if (hasMcpMeta(type, source)) return 'present';
  if (hasOwnMcp(type, source))
    return {
      byHand:
        'The type of your meta has an mcp of its own. Let it be the McpMeta of @trpc-mcp/core; for that of trpc-to-mcp, give mcpHandler the option tag: fromTrpcToMcpMeta().',
    };
  const name = importMeta(source);
  const declared = Node.isTypeReference(type) && source.tree.getInterface(type.getText());
  if (declared) {
    const clause = declared.getHeritageClauses()[0];
    if (clause) source.insert(clause.getEnd(), `, ${name}`);
    else {
      const open = declared.getFirstChildByKindOrThrow(SyntaxKind.OpenBraceToken).getStart();
      const before = source.text.slice(0, open);
      source.insert(open, `${/\s$/.test(before) ? '' : ' '}extends ${name} `);
    }
    return 'added';
  }
  const isSimple =
    Node.isTypeReference(type) || Node.isTypeLiteral(type) || Node.isIntersectionTypeNode(type);
  if (!isSimple) {
    source.insert(type.getStart(), '(');
    source.insert(type.getEnd(), `) & ${name}`);
  } else source.insert(type.getEnd(), ` & ${name}`);
  return 'added';
}

function importMeta(source: Source): string {
  return source.import('McpMeta', '@trpc-mcp/core', { isType: true });
}

/** Follows a name to its type, in this file or in the one that it is imported from. */
function declarationOf(type: Node, source: Source): { node: Node; source: Source } | undefined {
  const name = type.getText();
  const local = source.tree.getInterface(name) ?? source.tree.getTypeAlias(name);
  if (local) return { node: local, source };
  const binding = source.bindings.get(name);
  const file = binding && resolveImport(source.file, binding.module);
  if (file === undefined) return undefined;
  const other = openSource(file);
  const found = other.tree.getInterface(binding!.name) ?? other.tree.getTypeAlias(binding!.name);
  return found && { node: found, source: other };
}

function hasMcpMeta(type: Node, source: Source): boolean {
  const refersTo = (node: Node, at: Source): boolean =>
    node
      .getDescendantsOfKind(SyntaxKind.Identifier)
      .some((each) => at.bindings.get(each.getText())?.module === '@trpc-mcp/core');
  if (refersTo(type, source) || source.bindings.get(type.getText())?.module === '@trpc-mcp/core') return true;
  const declared = declarationOf(type, source);
  return declared !== undefined && refersTo(declared.node, declared.source);
}

function hasOwnMcp(type: Node, source: Source): boolean {
  const nodes = [type, declarationOf(type, source)?.node].filter((each) => each !== undefined);
  return nodes.some((each) =>
    each.getDescendantsOfKind(SyntaxKind.PropertySignature).some((property) => property.getName() === 'mcp'),
  );
}
