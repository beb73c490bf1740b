import { createTwoFilesPatch } from 'diff';
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import type { Definition } from './definition.ts';
import { addSetting, commentOf, type Edit } from './edit.ts';

/** A finding, with the place where its procedure is written. */
interface Fixable {
  code: string;
  definition?: Definition | undefined;
}

/** Changes that only say what is known already, by the code of the rule. */
const fixers: Readonly<Record<string, (definition: Definition) => Edit | undefined>> = {
  // A tool whose name says that it deletes: a person is asked before.
  'destructive-unconfirmed': (definition) => addSetting(definition, 'confirm', 'true'),
  // The author has described the procedure, for readers of the code.
  'description-made-up': addComment,
  'description-missing': addComment,
};

function addComment(definition: Definition): Edit | undefined {
  const comment = commentOf(definition);
  // Too little to help a model, or a note of its author.
  if (comment === undefined || comment.split(' ').length < 3 || /^(todo|fixme|xxx)\b/i.test(comment))
    return undefined;
  return addSetting(definition, 'description', quote(comment));
}

/** Single quotes, unless the text has them: what formatters do too. */
function quote(text: string): string {
  const double = JSON.stringify(text);
  if (text.includes("'")) return double;
  return `'${double.slice(1, -1).replaceAll(String.raw`\"`, '"')}'`;
}

/** Says whether `--fix` has a change for a finding. */
export function editOf({ code, definition }: Fixable): Edit | undefined {
  const fixer = Object.hasOwn(fixers, code) ? fixers[code] : undefined;
  return fixer && definition ? fixer(definition) : undefined;
}

/** Writes one patch of all changes that are safe, for `git apply` and `patch -p1` in this folder. */
export function writePatch(findings: readonly Fixable[], folder: string): string {
  const byFile = new Map<string, Edit[]>();
  for (const finding of findings) {
    const edit = editOf(finding);
    if (edit === undefined) continue;
    const edits = byFile.get(edit.file) ?? [];
    // Two tools may be the same procedure, and two changes may replace the same `true`.
    const isTaken = edits.some(({ start, end }) => edit.start <= end && edit.end >= start);
    if (!isTaken) byFile.set(edit.file, [...edits, edit]);
  }
  return [...byFile]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([file, edits]) => {
      const name = relative(folder, file);
      if (name.startsWith('..') || isAbsolute(name)) return [];
      const before = readFileSync(file, 'utf8');
      return writeFilePatch(name.split(sep).join('/'), before, apply(before, edits));
    })
    .join('');
}

function apply(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((one, other) => other.start - one.start)
    .reduce((rest, edit) => rest.slice(0, edit.start) + edit.text + rest.slice(edit.end), text);
}

function writeFilePatch(name: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, '', '', { context: 3 });
  // The library begins with a line of its own, and ends names with a tab.
  return patch.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2');
}
