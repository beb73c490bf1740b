import { createTwoFilesPatch } from 'diff';
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import type { Definition } from './definition.ts';
import { addSettings, commentOf, type Edit, findPlace, type Settings, type SettingsPlace } from './edit.ts';

/** A finding, with the place where its procedure is written. */
interface Fixable {
  code: string;
  definition?: Definition | undefined;
  isShared: boolean;
}

/** Settings that only say what is known already, by the code of the rule. */
const fixers: Readonly<Record<string, (definition: Definition) => Settings | undefined>> = {
  'description-made-up': describeByComment,
  'description-missing': describeByComment,
  // A tool whose name says that it deletes: a person is asked before.
  'destructive-unconfirmed': () => ({ confirm: 'true' }),
};

/** What the author has written for readers of the code. */
function describeByComment(definition: Definition): Settings | undefined {
  const comment = commentOf(definition);
  // Too little to help a model, or a note of its author.
  if (comment === undefined || comment.split(' ').length < 3 || /^(todo|fixme|xxx)\b/i.test(comment))
    return undefined;
  return { description: quote(comment) };
}

/** Single quotes, unless the text has them: what formatters do too. */
function quote(text: string): string {
  const double = JSON.stringify(text);
  if (text.includes("'")) return double;
  return `'${double.slice(1, -1).replaceAll(String.raw`\"`, '"')}'`;
}

/** Says whether `--fix` has a change for a finding. */
export function isFixable(finding: Fixable): boolean {
  return changeOf(finding) !== undefined;
}

function changeOf({
  code,
  definition,
  isShared,
}: Fixable): { place: SettingsPlace; settings: Settings } | undefined {
  const fixer = Object.hasOwn(fixers, code) ? fixers[code] : undefined;
  if (definition === undefined || isShared) return undefined;
  const settings = fixer?.(definition);
  const place = settings && findPlace(definition, settings);
  return place && { place, settings };
}

/** Writes one patch of all changes that are safe, for `git apply` and `patch -p1` in this folder. */
export function writePatch(findings: readonly Fixable[], folder: string): string {
  // A procedure may need two settings, and two tools may be one procedure.
  const changes = new Map<SettingsPlace, Settings>();
  for (const finding of findings) {
    const change = changeOf(finding);
    if (change) changes.set(change.place, { ...changes.get(change.place), ...change.settings });
  }
  const byFile = new Map<string, Edit[]>();
  for (const [place, settings] of changes) {
    const edit = addSettings(place, settings);
    byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
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
