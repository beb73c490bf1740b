import { createTwoFilesPatch } from 'diff';

/** How a file changes, as a unified diff of three lines around each change. */
export function toDiff(path: string, before: string | undefined, after: string): string {
  const plain = (text: string) => text.replaceAll('\r\n', '\n');
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : path,
    path,
    plain(before ?? ''),
    plain(after),
    undefined,
    undefined,
    { context: 3 },
  );
  // The library begins with a ruler, or with a line for Subversion.
  return patch
    .split('\n')
    .filter((line) => !/^(?:=====|Index: )/.test(line))
    .join('\n')
    .trimEnd();
}
