import { ts } from 'ts-morph';
import type { Definition } from './definition.ts';

/** A text to put into a file, in place of a part of it. */
export interface Edit {
  file: string;
  start: number;
  end: number;
  text: string;
}

/**
 * Adds a setting to `mcp` in the meta of a procedure: `mcp: true` becomes `mcp: { confirm: true }`. Returns `undefined` where
 * the meta is not written with the procedure, or has the setting.
 */
export function addSetting({ file, expression }: Definition, name: string, value: string): Edit | undefined {
  const source = expression.getSourceFile();
  const mcp = mcpOf(expression);
  if (mcp === undefined) return undefined;
  const { initializer } = mcp;
  if (initializer.kind === ts.SyntaxKind.TrueKeyword)
    return { file, start: initializer.getStart(source), end: initializer.end, text: `{ ${name}: ${value} }` };
  if (!ts.isObjectLiteralExpression(initializer)) return undefined;
  const { properties } = initializer;
  // A spread may have it.
  if (properties.some((each) => ts.isSpreadAssignment(each) || each.name?.getText(source) === name))
    return undefined;
  const start = initializer.getStart(source) + 1;
  const [next] = properties;
  if (next === undefined)
    return { file, start: start - 1, end: initializer.end, text: `{ ${name}: ${value} }` };
  const between = source.text.slice(start, next.getStart(source));
  const [, indent] = /\r?\n([ \t]*)[^\n]*$/.exec(between) ?? [];
  const lineBreak = between.includes('\r\n') ? '\r\n' : '\n';
  const text = indent === undefined ? ` ${name}: ${value},` : `${lineBreak}${indent}${name}: ${value},`;
  return { file, start, end: start, text };
}

/** What the comment before a procedure says, without its tags. */
export function commentOf({ holder }: Definition): string | undefined {
  const source = holder.getSourceFile();
  const statement = ts.isVariableDeclaration(holder) ? holder.parent.parent : holder;
  const ranges = ts.getLeadingCommentRanges(source.text, statement.pos) ?? [];
  const last = ranges.findLast(({ pos }) => source.text.startsWith('/**', pos));
  if (last === undefined) return undefined;
  const lines = source.text
    .slice(last.pos + 3, last.end - 2)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\*?/, '').trim());
  const tag = lines.findIndex((line) => line.startsWith('@'));
  const text = (tag < 0 ? lines : lines.slice(0, tag)).join(' ').replaceAll(/\s+/g, ' ').trim();
  return text === ''
    ? undefined
    : text.replaceAll(/\{@link(?:code|plain)?\s+([^}|]+?)\s*(?:\|[^}]*)?\}/g, '$1');
}

/** `mcp: …` in the last `.meta({ … })` of a chain. */
function mcpOf(expression: ts.Expression): ts.PropertyAssignment | undefined {
  for (let at: ts.Node = expression; ts.isCallExpression(at);) {
    const { expression: callee, arguments: given } = at;
    if (!ts.isPropertyAccessExpression(callee)) return undefined;
    const [meta] = given;
    if (callee.name.text === 'meta') {
      if (meta === undefined || !ts.isObjectLiteralExpression(meta)) return undefined;
      return meta.properties.find(
        (each): each is ts.PropertyAssignment =>
          ts.isPropertyAssignment(each) && each.name.getText() === 'mcp',
      );
    }
    at = callee.expression;
  }
  return undefined;
}
