import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  checkFiles,
  groupBySkill,
  manifest,
  type PlaceOf,
  type Skills,
  toProblem,
} from '../catalog/skills/skill-files.ts';
import { prepareSkills } from '../catalog/skills/skill-set.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';

/**
 * Reads a folder of skills for the option `skills`: `skills: await readSkills('./skills')`. Each folder with a `SKILL.md` is
 * a skill. Files beside these folders are left out, and whatever has a name that begins with a dot. A relative path begins at
 * the working directory of the process. Rejects with a `SetupError` that names every file that cannot be served.
 */
export async function readSkills(folder: string | URL): Promise<Skills> {
  const root = await openFolder(folder);
  const given = String(folder).replace(/(?<=.)[/\\]+$/, '');
  const placeOf: PlaceOf = (file) => (file === undefined ? given : `${given}/${file}`);
  const walk: Walk = { root, placeOf, sizes: new Map(), problems: [] };
  await visit(walk, '');
  const { sizes, problems } = walk;
  if (sizes.size > mostFiles) {
    throw toError(given, `it has more than ${mostFiles} files, so it is no folder of skills; ${pass}`);
  }
  if (sizes.size === 0 && problems.length === 0) {
    throw toError(given, `it has no folder with a ${manifest}; ${pass}`);
  }
  problems.push(...checkFiles(sizes, placeOf));
  const wrong = new Set(problems.map((problem) => problem.path));
  // What is in a skill that has a problem may be too large to be read.
  const sound = [...groupBySkill(sizes.keys())].filter(
    ([skill, files]) => !wrong.has(placeOf(skill)) && !files.some((file) => wrong.has(placeOf(file))),
  );
  const skills: Record<string, Uint8Array> = {};
  for (const file of new Set(sound.flatMap(([, files]) => files))) {
    try {
      skills[file] = await readFile(path.join(root, file));
    } catch (error) {
      problems.push(unreadable(placeOf(file), error));
    }
  }
  problems.push(...(await prepareSkills(skills, placeOf)).problems);
  if (problems.length > 0) throw new SetupError(problems);
  return skills;
}

/** What is found in a folder. */
interface Walk {
  /** Its real path. */
  root: string;
  placeOf: PlaceOf;
  /** The size of each file by its path from the folder. That of a file with a problem does not matter. */
  sizes: Map<string, number>;
  problems: SetupProblem[];
}

/** More than a hundred skills of the usual kind have. */
const mostFiles = 20_000;
const pass = 'pass the folder that has a folder for each skill';

async function openFolder(folder: string | URL): Promise<string> {
  const isUrl = String(folder).startsWith('file:');
  if (!isUrl && (typeof folder !== 'string' || folder === '')) {
    throw toError(
      'readSkills',
      'it takes the path of a folder, or a file: URL, such as readSkills("./skills")',
    );
  }
  const asked = path.resolve(isUrl ? toPath(folder) : String(folder));
  const stats = await stat(asked).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw new SetupError([unreadable(String(folder), error)]);
  });
  if (!stats) {
    const isWhole = isUrl || path.isAbsolute(String(folder));
    const from = isWhole ? '' : `, seen from the working directory ${process.cwd()}`;
    throw toError(String(folder), `there is no such folder${from}; ${pass}`);
  }
  if (!stats.isDirectory()) throw toError(String(folder), `it is a file; ${pass}`);
  return realpath(asked);
}

function toPath(url: string | URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    const advice = 'write it as new URL("skills", import.meta.url)';
    throw toError(String(url), `it is not the URL of a folder on this machine; ${advice}`);
  }
}

async function visit(walk: Walk, folder: string): Promise<void> {
  const { root, placeOf, sizes, problems } = walk;
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    problems.push(unreadable(placeOf(folder), error));
    return [];
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || sizes.size > mostFiles) continue;
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) {
      // A README beside the skills is for people.
      const isBeside = folder === '' && entry.name.toLowerCase() !== manifest.toLowerCase();
      const isLink = entry.isSymbolicLink();
      if (isBeside && !(isLink && (await leadsToNoFile(path.join(root, file))))) continue;
      await measure(walk, file, isLink);
      // What is wrong with it is told, and nothing else of it counts.
      if (isBeside) sizes.delete(file);
      continue;
    }
    const before = sizes.size + problems.length;
    await visit(walk, file);
    if (folder === '' && sizes.size + problems.length === before) {
      problems.push(toProblem(placeOf(file), `it has no ${manifest}; add one, or remove the folder`));
    }
  }
}

/** Whether a link leads to a folder, or to nothing: a skill may be meant. */
async function leadsToNoFile(link: string): Promise<boolean> {
  const stats = await stat(link).catch(() => undefined);
  return !stats || stats.isDirectory();
}

async function measure(
  { root, placeOf, sizes, problems }: Walk,
  file: string,
  isLink: boolean,
): Promise<void> {
  sizes.set(file, 0);
  const place = placeOf(file);
  try {
    const real = await realpath(path.join(root, file));
    const stats = await stat(real);
    if (!real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) {
      problems.push(
        toProblem(place, 'it is a link that leaves the folder of the skills; put a copy in its place'),
      );
    } else if (!stats.isFile()) {
      const kind = stats.isDirectory() ? 'a link to a folder' : 'no ordinary file';
      problems.push(toProblem(place, `it is ${kind}; put a copy of the files in its place, or remove it`));
    } else {
      sizes.set(file, stats.size);
    }
  } catch (error) {
    problems.push(unreadable(place, error, isLink));
  }
}

function unreadable(place: string, error: unknown, isLink = false): SetupProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  const isBroken = isLink && code === 'ENOENT';
  const reason = isBroken ? broken : (reasons[code ?? ''] ?? `it cannot be read: ${message}`);
  return { code: 'SKILLS_UNREADABLE', path: place, message: reason };
}

const denied = 'this process may not read it; change its permissions, or the user of the process';
const broken = 'it is a link to what does not exist; remove it, or put the file in its place';
const reasons: Record<string, string> = {
  EACCES: denied,
  EPERM: denied,
  ENOENT: 'it is not there any more, or its name is not in UTF-8; rename it, or remove it',
  ELOOP: 'it is a link that leads to itself; put a copy of the file in its place',
};

function toError(place: string, message: string): SetupError {
  return new SetupError([{ code: 'SKILLS_UNREADABLE', path: place, message }]);
}
