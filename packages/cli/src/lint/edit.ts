import { ts } from 'ts-morph';
import type { Definition } from './definition.ts';

/** A text to put into a file, in place of a part of it. */
export interface Edit {
  file: string;
  start: number;
  end: number;
  text: string;
}

/** Settings by name, each as it is written. */
export type Settings = Readonly<Record<string, string>>;

/** Where the settings of a procedure are written. */
export type SettingsPlace = ts.PropertyAssignment;

/** Finds the settings of a procedure, if they are written with it and none of these is there yet. */
export function findPlace({ expression }: Definition, settings: Settings): SettingsPlace | undefined {
  const mcp = mcpOf(expression);
  if (mcp === undefined) return undefined;
  const { initializer } = mcp;
  if (initializer.kind === ts.SyntaxKind.TrueKeyword) return mcp;
  if (!ts.isObjectLiteralExpression(initializer)) return undefined;
  // A spread may have it.
  const isTaken = initializer.properties.some(
    (each) => ts.isSpreadAssignment(each) || Object.hasOwn(settings, each.name?.getText() ?? ''),
  );
  return isTaken ? undefined : mcp;
}

/** Adds settings: `mcp: true` becomes `mcp: { confirm: true }`. */
export function addSettings({ initializer }: SettingsPlace, settings: Settings): Edit {
  const source = initializer.getSourceFile();
  const file = source.fileName;
  const added = Object.entries(settings).map(([name, value]) => `${name}: ${value}`);
  const isObject = ts.isObjectLiteralExpression(initializer);
  const [next] = isObject ? initializer.properties : [];
  // An empty object may have a comment in it, which stays.
  const isEmpty = isObject && /^\{\s*\}$/.test(initializer.getText(source));
  if (!isObject || isEmpty)
    return {
      file,
      start: initializer.getStart(source),
      end: initializer.end,
      text: `{ ${added.join(', ')} }`,
    };
  const start = initializer.getStart(source) + 1;
  const between = next === undefined ? '' : source.text.slice(start, next.getStart(source));
  const [, indent] = /\r?\n([ \t]*)[^\n]*$/.exec(between) ?? [];
  const before = indent === undefined ? ' ' : `${between.includes('\r\n') ? '\r\n' : '\n'}${indent}`;
  return { file, start, end: start, text: added.map((each) => `${before}${each},`).join('') };
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
