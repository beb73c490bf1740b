/** The flag of QuickJS for a script in which `await` works at its top. */
export const asScript: number = 1 << 7;

const opening = '(async function () {';

/** Makes a function of code, which may then say `return`. Its lines keep their numbers. */
export function toWrapped(code: string): string {
  return `${opening}${code}\n})()`;
}

/**
 * Takes the fence of Markdown off, which models put around code. No pattern finds the end of it: one that tries each place costs
 * the square of the code.
 */
export function unfence(code: string): string {
  const text = code.trim();
  const [fence] = /^(?:`{3,}|~{3,})/.exec(text) ?? [];
  const begin = text.indexOf('\n') + 1;
  if (fence === undefined || begin === 0 || text.slice(fence.length, begin).includes('`')) return code;
  const end = text.length - fence.length;
  return end >= begin && text.endsWith(fence) ? text.slice(begin, end).trimEnd() : code;
}

/** A place in code. Both numbers begin with 1. */
export interface Place {
  line: number;
  column: number;
}

/** Finds the place in a stack of the engine, as the code of the model has it: the first of its frames. */
export function placeIn(stack: string, code: string, isWrapped: boolean): Place | undefined {
  const found = /\bcode\.js:(\d+):(\d+)/.exec(stack);
  if (!found) return undefined;
  const lines = code.split('\n');
  const line = Number(found[1]);
  // The engine has found the end of the function that stands around the code.
  if (line > lines.length) return { line: lines.length, column: lines.at(-1)!.length + 1 };
  const column = Number(found[2]);
  return { line, column: line === 1 && isWrapped ? Math.max(1, column - opening.length) : column };
}

const mostShown = 160;

/** Writes a place with the text of its line. */
export function showPlace({ line, column }: Place, code: string): string {
  const text = (code.split('\n')[line - 1] ?? '').trim();
  const shown = text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
  return `at line ${line}, column ${column}${shown === '' ? '' : `: ${shown}`}`;
}
