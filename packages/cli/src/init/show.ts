import { structuredPatch } from 'diff';
import { relative } from 'node:path';
import type { Colors } from '../terminal.ts';
import type { Change } from './plan.ts';

/** Shows what changes in a file, as a unified diff. */
export function showChange({ file, before, after }: Change, folder: string, colors: Colors): string {
  const name = relative(folder, file);
  const { hunks } = structuredPatch(name, name, before ?? '', after, undefined, undefined, { context: 2 });
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: own }) => [
    // A file that has no lines yet starts at none.
    colors.cyan(`@@ -${oldLines === 0 ? 0 : oldStart},${oldLines} +${newStart},${newLines} @@`),
    ...own.map((line) => {
      const text = line.replace(/\r$/, '');
      return text.startsWith('+') ? colors.green(text) : text.startsWith('-') ? colors.red(text) : text;
    }),
  ]);
  return [
    colors.bold(before === undefined ? '--- /dev/null' : `--- a/${name}`),
    colors.bold(`+++ b/${name}`),
    ...lines,
  ].join('\n');
}
