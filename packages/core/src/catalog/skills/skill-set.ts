import type { Skill, SkillCatalogError } from '@modelcontextprotocol/server/ext/skills';
import { toBase64 } from '../../schema/wire/base64.ts';
import type { SetupProblem } from '../../setup-error.ts';
import type { ListedResource } from '../resource.ts';
import { isTextType, mimeTypeOf } from './mime-type.ts';
import {
  foldersOf,
  groupBySkill,
  manifest,
  nameOf,
  type PlaceOf,
  type Skills,
  toBytes,
  toProblem,
} from './skill-files.ts';
import { toAdvice } from './skill-advice.ts';

/** The skills that a handler serves, with all that clients are answered. */
export interface SkillSet {
  /** By the URI of its `SKILL.md`, in the order of the URIs. */
  skills: ReadonlyMap<string, Skill>;
  /** The contents of every file, by its URI. */
  files: ReadonlyMap<string, SkillContents>;
  /** What is in a folder, by the URI of the folder. */
  folders: ReadonlyMap<string, readonly ListedResource[]>;
  /** What `resources/list` has of the skills: the `SKILL.md` of each. */
  listed: readonly ListedResource[];
}

/** The contents of a file, as `resources/read` returns them. */
export type SkillContents = { uri: string; mimeType: string } & ({ text: string } | { blob: string });

/** What was made of the files, without the skills that have problems. */
export interface PreparedSkills {
  set: SkillSet | undefined;
  problems: SetupProblem[];
}

/** Reads the frontmatter of each skill, and hashes its files. Never rejects. `checkFiles` has found nothing. */
export async function prepareSkills(skills: Skills, placeOf: PlaceOf): Promise<PreparedSkills> {
  const bytes = toBytes(skills);
  const problems: SetupProblem[] = [];
  const entries: Skill[] = [];
  const texts = new Map<string, string | undefined>();
  for (const [path, content] of bytes) {
    const text = decode(content);
    texts.set(path, text);
    if (text === undefined && isTextType(mimeTypeOf(path) ?? ''))
      problems.push(toProblem(placeOf(path), notUtf8));
  }
  const read = async (folder: string, paths: readonly string[]) => {
    const place = placeOf(`${folder}/${manifest}`);
    // Its bytes are no text, which is a problem already.
    if (texts.get(`${folder}/${manifest}`) === undefined) return;
    const files = paths.map((path) => [path.slice(folder.length + 1), bytes.get(path)!] as const);
    const made = await makeEntry(folder, Object.fromEntries(files));
    if (Array.isArray(made)) problems.push(...made.map((message) => toProblem(place, message)));
    else entries.push(made);
  };
  const groups = groupBySkill(bytes.keys());
  await Promise.all(Array.from(groups, ([folder, paths]) => read(folder, paths)));
  const wrong = new Set(problems.map(({ path }) => path));
  const isRight = ({ resources }: Skill) =>
    (resources as Entry[]).every(({ uri }) => !wrong.has(placeOf(toPath(uri))));
  const right = entries.filter(isRight).toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
  const set = right.length > 0 ? toSet(right, bytes, texts) : undefined;
  return { set, problems: problems.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Finds a file by its URI, in every way to write the URI. */
export function findSkillFile(set: SkillSet | undefined, uri: string): SkillContents | undefined {
  return set && findByUri(set.files, uri);
}

/** Finds what stands at a URI, in every way to write it. */
export function findByUri<TItem>(items: ReadonlyMap<string, TItem>, uri: string): TItem | undefined {
  const found = items.get(uri);
  if (found !== undefined || !uri.startsWith(scheme)) return found;
  return URL.canParse(uri) ? items.get(new URL(uri).href) : undefined;
}

/** The URI of a file, as the SDK writes it: the first name takes the place of a host. */
export function toSkillUri(path: string): string {
  const [first = '', ...names] = path.split('/');
  const encoded = names.map((name) => name.replaceAll(/[^\w!$&'()*+,.:;=@[\]|~-]/gu, encodeURIComponent));
  return scheme + [encodeURIComponent(first), ...encoded].join('/');
}

type Entry = Exclude<Skill['resources'], string>[number];

const scheme = 'skill://';
const notUtf8 =
  'it is not in UTF-8, so no model can read it; save it as UTF-8, or give it the ending of what it is, such as .png';

/** Makes the entry of a skill by the rules of the SDK, or returns what is wrong with it. */
async function makeEntry(folder: string, files: Record<string, Uint8Array>): Promise<Skill | string[]> {
  try {
    // Loaded only where there are skills.
    const { skillEntry } = await import('@modelcontextprotocol/server/ext/skills');
    return await skillEntry(folder, files);
  } catch (error) {
    const { problems } = error as Partial<SkillCatalogError>;
    return problems?.map(({ message }) => toAdvice(message, nameOf(folder))) ?? [String(error)];
  }
}

function toSet(
  entries: readonly Skill[],
  bytes: ReadonlyMap<string, Uint8Array>,
  texts: ReadonlyMap<string, string | undefined>,
): SkillSet {
  const files = new Map<string, SkillContents>();
  const folders = new Map<string, Map<string, ListedResource>>();
  const listed: ListedResource[] = [];
  const put = (folder: string, child: ListedResource) => {
    const children = folders.get(folder) ?? new Map<string, ListedResource>();
    folders.set(folder, children.set(child.uri!, child));
  };
  for (const { uri: skillUri, frontmatter, resources } of entries) {
    for (const { uri, size } of resources as Entry[]) {
      const path = toPath(uri);
      const text = texts.get(path);
      const mimeType = mimeTypeOf(path) ?? (text === undefined ? 'application/octet-stream' : 'text/plain');
      files.set(uri, {
        uri,
        mimeType,
        ...(text === undefined ? { blob: toBase64(bytes.get(path)!) } : { text }),
      });
      let child: ListedResource = { uri, name: nameOf(path), mimeType, size };
      for (const folder of foldersOf(path).toReversed()) {
        const folderUri = child.uri!.slice(0, child.uri!.lastIndexOf('/'));
        if (folderUri.length < rootOf(skillUri).length) break;
        put(folderUri, child);
        child = { uri: folderUri, name: nameOf(folder), mimeType: 'inode/directory' };
      }
    }
    const { name, description } = frontmatter;
    const size = bytes.get(toPath(skillUri))!.byteLength;
    listed.push({ uri: skillUri, name, description, mimeType: 'text/markdown', size });
  }
  return {
    skills: new Map(entries.map((entry) => [entry.uri, entry])),
    files,
    folders: new Map(Array.from(folders, ([uri, children]) => [uri, sortByUri([...children.values()])])),
    listed,
  };
}

function rootOf(skillUri: string): string {
  return skillUri.slice(0, -manifest.length - 1);
}

function sortByUri(resources: readonly ListedResource[]): ListedResource[] {
  return resources.toSorted((a, b) => (a.uri! < b.uri! ? -1 : 1));
}

function toPath(uri: string): string {
  return uri
    .slice(scheme.length)
    .split('/')
    .map((name) => decodeURIComponent(name))
    .join('/');
}

/** Returns `undefined` if the bytes are not UTF-8. A byte order mark is kept, so that the text has the same digest. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
