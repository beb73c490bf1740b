import type { SetupProblem } from '../../setup-error.ts';

/**
 * The files of skills by their paths, as text or as bytes: `{ 'refunds/SKILL.md': '…', 'refunds/references/POLICY.md': '…' }`.
 * `readSkills` of `@trpc-mcp/core/node` makes them of a folder.
 */
export type Skills = Readonly<Record<string, string | Uint8Array>>;

/** Says where a file is, for a developer. Without a path it says where the skills are. */
export type PlaceOf = (path?: string) => string;

/** The file that makes a folder a skill. */
export const manifest = 'SKILL.md';

/** What clients have to take of one skill. @see https://modelcontextprotocol.io/extensions/skills/overview */
const skillLimits: { files: number; bytes: number } = { files: 512, bytes: 16 * 1024 * 1024 };

/** Where a file of the option `skills` is. */
export const placeInOption: PlaceOf = (path) =>
  path === undefined ? 'skills' : `skills[${JSON.stringify(path)}]`;

/** The paths of the files. Bundlers begin them with `./`. */
export function pathsOf(skills: Skills): string[] {
  return Object.keys(skills).map((path) => withoutDot(path));
}

/** The bytes of each file. */
export function toBytes(skills: Skills): Map<string, Uint8Array> {
  return new Map(
    Object.entries(skills).map(([path, content]) => [
      withoutDot(path),
      typeof content === 'string' ? encoder.encode(content) : content,
    ]),
  );
}

/** The files of each skill by its folder. A skill may lie in another one, which then has its files too. */
export function groupBySkill(paths: Iterable<string>): Map<string, string[]> {
  const all = [...paths];
  const groups = new Map<string, string[]>();
  for (const path of all) {
    if (nameOf(path) === manifest && path !== manifest) groups.set(foldersOf(path).at(-1)!, []);
  }
  for (const path of all) for (const folder of foldersOf(path)) groups.get(folder)?.push(path);
  return groups;
}

/** The folders that a file is in, the outermost first. */
export function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** The name of a file or folder. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Finds what is wrong with the option, but for what the files say: that is found when they are prepared. */
export function checkSkills(skills: Skills): SetupProblem[] {
  const problems = Object.entries(skills).flatMap(([path, content]) => {
    const message = wrongTwin(path, skills) ?? wrongContent(content);
    return message === undefined ? [] : [toProblem(placeInOption(path), message)];
  });
  if (problems.length > 0) return problems;
  const sizes = new Map(Array.from(toBytes(skills), ([path, bytes]) => [path, bytes.byteLength]));
  return checkFiles(sizes, placeInOption);
}

/** Finds what is wrong with the paths of files, and with their sizes in bytes. */
export function checkFiles(sizes: ReadonlyMap<string, number>, placeOf: PlaceOf): SetupProblem[] {
  const wrong = [...sizes.keys()].flatMap((path) => {
    const message = wrongPath(path);
    return message === undefined ? [] : [toProblem(placeOf(path), message)];
  });
  if (wrong.length > 0) return wrong;
  const groups = groupBySkill(sizes.keys());
  const outside = [...sizes.keys()].filter((path) => !foldersOf(path).some((folder) => groups.has(folder)));
  // One problem for each folder says enough.
  const strays = new Map(outside.map((path) => [foldersOf(path)[0] ?? path, path]));
  return [
    ...Array.from(strays, ([place, path]) => toProblem(placeOf(place), tellStray(place, path, outside))),
    ...[...groups].flatMap(([folder, paths]) => {
      const message = wrongSize(paths.map((path) => sizes.get(path)!));
      return message === undefined ? [] : [toProblem(placeOf(folder), message)];
    }),
  ];
}

/** Makes the problem of a file or folder. */
export function toProblem(path: string, message: string): SetupProblem {
  return { code: 'SKILL_INVALID', path, message };
}

function wrongSize(sizes: readonly number[]): string | undefined {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length > skillLimits.files) {
    return `it has ${sizes.length} files, and a skill may have ${skillLimits.files}; make it two skills, or remove files`;
  }
  if (total <= skillLimits.bytes) return undefined;
  return `its files have ${total} bytes together, and a skill may have ${skillLimits.bytes}; make it two skills, or let a tool or a resource bring what is large`;
}

/** Says what is wrong with a path that no URI can be made of. */
function wrongPath(path: string): string | undefined {
  if (path.includes('\\')) return 'its path has a backslash; separate folders with /';
  if (/\p{Surrogate}/u.test(path)) return 'its path is not valid Unicode; rename the file';
  if (path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')) return undefined;
  return 'its path has to be the names of folders and of a file, separated by /, such as refunds/SKILL.md; it cannot begin or end with /, and none of the names can be empty, . or ..';
}

function wrongTwin(path: string, skills: Skills): string | undefined {
  const other = withoutDot(path);
  const isTwin = other !== path && Object.hasOwn(skills, other);
  return isTwin ? `it is the same file as ${other}; remove one of them` : undefined;
}

function wrongContent(content: unknown): string | undefined {
  if (typeof content === 'string' || content instanceof Uint8Array) return undefined;
  const given = content === null ? 'null' : `of the type ${typeof content}`;
  return `it is ${given}; it has to be the text of the file, or its bytes as a Uint8Array`;
}

function tellStray(place: string, path: string, outside: readonly string[]): string {
  const misnamed = outside.find(
    (other) => `${other}/`.startsWith(`${place}/`) && /^skill\.md$/i.test(nameOf(other)),
  );
  if (misnamed === place)
    return 'it is in no folder of its own; a skill is a folder inside the folder of all skills, such as refunds/SKILL.md';
  if (misnamed !== undefined) return `it has ${misnamed}; write the name of the file as ${manifest}`;
  if (place === path) return 'it is in no skill; move it into the folder of a skill, or leave it out';
  return `it has no ${manifest}, so ${path} is in no skill; add ${place}/${manifest}, or leave the file out`;
}

function withoutDot(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

const encoder = new TextEncoder();
