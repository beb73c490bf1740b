import { existsSync } from 'node:fs';
import { ts } from 'ts-morph';
import { SourceFiles } from './source-files.ts';

/** Where a procedure is written. */
export interface Definition {
  /** An absolute path. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
  /** The expression that makes it: `t.procedure.meta(…).query(…)`. */
  expression: ts.Expression;
  /** What stands before it in a router, with its comment: `list: …`. */
  holder: ts.Node;
  /** Whether it has a name of its own, and may be used in several places. */
  isNamed: boolean;
}

/** Something that may hold a router, and the part of the path that is still to find in it. */
interface Step {
  node: ts.Node;
  holder: ts.Node;
  rest: readonly string[];
}

const deepest = 60;

/**
 * Finds where the procedures of a router are written, by reading its modules without running them. Follows imports, spread
 * routers, merged and lazy ones, and functions that return a router. What it cannot follow is `undefined`.
 */
export function createFinder(file: string, exportName: string): (path: string) => Definition | undefined {
  const files = new SourceFiles();
  const found = new Map<string, Definition | undefined>();
  return (path) => {
    if (!found.has(path)) found.set(path, find(path));
    return found.get(path);
  };

  function find(path: string): Definition | undefined {
    try {
      const root = existsSync(file) ? files.exported(file, exportName) : undefined;
      const end = root && follow({ node: root, holder: root, rest: path.split('.') }, 0);
      return end && locate(end);
    } catch {
      // A module that cannot be parsed has no places. What it does is not our concern here.
      return undefined;
    }
  }

  function follow({ node, holder, rest }: Step, depth: number): Step | undefined {
    if (depth > deepest) return undefined;
    const next = (step: Partial<Omit<Step, 'node'>> & { node: ts.Node | undefined }): Step | undefined =>
      step.node && follow({ holder, rest, ...step, node: step.node }, depth + 1);
    if (isWrapper(node)) return next({ node: node.expression });
    if (ts.isAwaitExpression(node)) return next({ node: node.expression });
    if (ts.isIdentifier(node)) {
      const target = files.declared(node);
      return target && next({ node: target, holder: rest.length === 0 ? target : holder });
    }
    if (ts.isVariableDeclaration(node))
      return next({ node: node.initializer, holder: rest.length === 0 ? node : holder });
    if (ts.isExportAssignment(node)) return next({ node: node.expression });
    if (ts.isSourceFile(node)) {
      const [name, ...more] = rest;
      return name === undefined ? undefined : next({ node: files.exported(node.fileName, name), rest: more });
    }
    if (ts.isFunctionLike(node)) return first(returnsOf(node), (each) => next({ node: each }));
    if (ts.isObjectLiteralExpression(node)) return followObject(node, rest, depth);
    if (ts.isPropertyAccessExpression(node)) {
      const step = follow({ node: node.expression, holder, rest: [node.name.text, ...rest] }, depth + 1);
      if (step) return step;
    }
    if (ts.isCallExpression(node)) return followCall(node, { holder, rest }, depth);
    return rest.length === 0 ? { node, holder, rest } : undefined;
  }

  function followObject(
    node: ts.ObjectLiteralExpression,
    rest: readonly string[],
    depth: number,
  ): Step | undefined {
    const [name, ...more] = rest;
    if (name === undefined) return undefined;
    // What comes last wins.
    return first(node.properties.toReversed(), (property) => {
      if (ts.isSpreadAssignment(property))
        return follow({ node: property.expression, holder: property, rest }, depth + 1);
      if (property.name === undefined || nameOf(property.name) !== name) return undefined;
      if (ts.isPropertyAssignment(property))
        return follow({ node: property.initializer, holder: property, rest: more }, depth + 1);
      if (!ts.isShorthandPropertyAssignment(property)) return undefined;
      const target = files.declared(property.name);
      return target && follow({ node: target, holder: property, rest: more }, depth + 1);
    });
  }

  function followCall(
    node: ts.CallExpression,
    { holder, rest }: Omit<Step, 'node'>,
    depth: number,
  ): Step | undefined {
    // `import('./x.ts').then((m) => m.xRouter)`, and `require('./x')`.
    const imported = files.imported(node);
    if (imported)
      return follow({ node: imported.node, holder, rest: [...imported.names, ...rest] }, depth + 1);
    if (rest.length === 0) return { node, holder, rest };
    // A router, merged routers, `lazy(() => …)`: whichever argument has it.
    const inside = first(node.arguments.toReversed(), (each) =>
      follow({ node: ts.isSpreadElement(each) ? each.expression : each, holder, rest }, depth + 1),
    );
    if (inside) return inside;
    // What the called function returns.
    return follow({ node: node.expression, holder, rest }, depth + 1);
  }
}

function locate({ node, holder }: Step): Definition | undefined {
  if (!ts.isExpression(node)) return undefined;
  const source = holder.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(holder.getStart(source));
  return {
    file: source.fileName,
    line: line + 1,
    column: character + 1,
    expression: node,
    holder,
    isNamed: ts.isVariableDeclaration(holder),
  };
}

function isWrapper(
  node: ts.Node,
): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression | ts.NonNullExpression {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  );
}

/** What a function returns, but not what functions inside of it return. */
function returnsOf(node: ts.SignatureDeclaration): ts.Expression[] {
  const { body } = node as { body?: ts.Node };
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return ts.isExpression(body) ? [body] : [];
  const found: ts.Expression[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isFunctionLike(each)) return;
    if (ts.isReturnStatement(each) && each.expression) found.push(each.expression);
    ts.forEachChild(each, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

function nameOf(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : undefined;
}

function first<T, TResult>(items: readonly T[], find: (item: T) => TResult | undefined): TResult | undefined {
  for (const item of items) {
    const result = find(item);
    if (result !== undefined) return result;
  }
  return undefined;
}
