import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSkills } from '../../src/adapters/node.ts';
import { SetupError } from '../../src/index.ts';
import { skills, toSkills } from './folder.ts';

/** A folder with these files, removed by `await using`. */
async function makeFolder(files: Record<string, string | Uint8Array>) {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'skills-')));
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** The problems of a folder, with its path left out. */
async function problemsOf(folder: string | URL): Promise<string[]> {
  try {
    await readSkills(folder);
    return [];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ code, path: place, message }) =>
      `${code} ${place}: ${message}`.replaceAll(String(folder), '~'),
    );
  }
}

test('reads every file as it is, and leaves out what is hidden or beside the skills', async () => {
  await using folder = await makeFolder({
    ...skills,
    'README.md': '# For people',
    'refunds/.DS_Store': 'x',
    '.git/HEAD': 'ref',
  });
  const read = await readSkills(folder.root);
  const expected = Object.entries(skills).map(([file, content]) => [
    file,
    typeof content === 'string' ? content : [...content],
  ]);
  const found = Object.entries(read).map(([file, content]) => [
    file,
    file.endsWith('.png') ? [...(content as Uint8Array)] : Buffer.from(content).toString(),
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  expect(await readSkills(`${folder.root}/`)).toEqual(read);
  expect(await readSkills(pathToFileURL(folder.root))).toEqual(read);
  expect(await readSkills(path.relative(process.cwd(), folder.root))).toEqual(read);
});

describe('a folder', () => {
  test('that does not exist is named as the app wrote it', async () => {
    await expect(readSkills('./no/such-skills')).rejects.toMatchObject({
      problems: [
        {
          code: 'SKILLS_UNREADABLE',
          path: './no/such-skills',
          message: `there is no such folder, seen from the working directory ${process.cwd()}; pass the folder that has a folder for each skill`,
        },
      ],
    });
    expect(await problemsOf('/no/such-skills')).toEqual([
      'SKILLS_UNREADABLE ~: there is no such folder; pass the folder that has a folder for each skill',
    ]);
  });

  test('that is a file, empty, or no folder of skills is told', async () => {
    await using folder = await makeFolder({ 'file.md': '', 'none/README.md': '', 'empty/.keep': '' });
    expect(await problemsOf(`${folder.root}/file.md`)).toEqual([
      'SKILLS_UNREADABLE ~: it is a file; pass the folder that has a folder for each skill',
    ]);
    expect(await problemsOf(`${folder.root}/empty`)).toEqual([
      'SKILLS_UNREADABLE ~: it has no folder with a SKILL.md; pass the folder that has a folder for each skill',
    ]);
    expect(await problemsOf(folder.root)).toEqual([
      'SKILL_INVALID ~/empty: it has no SKILL.md; add one, or remove the folder',
      'SKILL_INVALID ~/none: it has no SKILL.md, so none/README.md is in no skill; add none/SKILL.md, or leave the file out',
    ]);
  });

  test('that is a skill itself, or has everything in it, is told', async () => {
    await using folder = await makeFolder({ ...skills });
    expect(await problemsOf(`${folder.root}/refunds`)).toContain(
      'SKILL_INVALID ~/SKILL.md: it is in no folder of its own; a skill is a folder inside the folder of all skills, such as refunds/SKILL.md',
    );
    const many = path.join(folder.root, 'many');
    await mkdir(many);
    await Promise.all(
      Array.from({ length: 20_001 }, (_, index) => symlink('x', path.join(many, String(index)))),
    );
    expect(await problemsOf(folder.root)).toEqual([
      'SKILLS_UNREADABLE ~: it has more than 20000 files, so it is no folder of skills; pass the folder that has a folder for each skill',
    ]);
  });

  test.each([[''], [7], [undefined], [new URL('https://example.com/skills')]])(
    '%o is no folder',
    async (value) => {
      await expect(readSkills(value as string)).rejects.toMatchObject({
        problems: [
          { message: 'it takes the path of a folder, or a file: URL, such as readSkills("./skills")' },
        ],
      });
    },
  );
});

test('all that is wrong with the files is told at once', async () => {
  await using folder = await makeFolder({
    ...toSkills('right', 'linked', 'large'),
    'bare/SKILL.md': '# Bare',
    'other/SKILL.md': '---\nname: another\ndescription: Does it\n---\n',
    'Lower/skill.md': '---\nname: lower\ndescription: Does it\n---\n',
    'latin/SKILL.md': new Uint8Array([0x2d, 0xe9]),
  });
  await writeFile(path.join(folder.root, 'large/data.bin'), '');
  // Has the size, and takes no room.
  await truncate(path.join(folder.root, 'large/data.bin'), 3 * 2 ** 30);
  await symlink('/etc/hostname', path.join(folder.root, 'linked/host.txt'));
  await symlink('nowhere', path.join(folder.root, 'linked/broken.md'));
  await symlink('.', path.join(folder.root, 'linked/again'));
  await symlink('loop.md', path.join(folder.root, 'linked/loop.md'));
  expect((await problemsOf(folder.root)).toSorted()).toEqual([
    'SKILLS_UNREADABLE ~/linked/broken.md: it is a link to what does not exist; remove it, or put the file in its place',
    'SKILLS_UNREADABLE ~/linked/loop.md: it is a link that leads to itself; put a copy of the file in its place',
    'SKILL_INVALID ~/Lower: it has Lower/skill.md; write the name of the file as SKILL.md',
    'SKILL_INVALID ~/bare/SKILL.md: it has no frontmatter; begin the file with three lines of their own, ---, name: bare and description: …, and end them with ---',
    `SKILL_INVALID ~/large: its files have ${3 * 2 ** 30 + toSkills('large')['large/SKILL.md']!.length} bytes together, and a skill may have 16777216; make it two skills, or let a tool or a resource bring what is large`,
    'SKILL_INVALID ~/latin/SKILL.md: it is not in UTF-8, so no model can read it; save it as UTF-8, or give it the ending of what it is, such as .png',
    'SKILL_INVALID ~/linked/again: it is a link to a folder; put a copy of the files in its place, or remove it',
    'SKILL_INVALID ~/linked/host.txt: it is a link that leaves the folder of the skills; put a copy in its place',
    'SKILL_INVALID ~/other/SKILL.md: its name is "another" and its folder is "other"; they have to be equal, so rename one of them',
  ]);
});

test('a link to a file inside of the folder is read, and the folder itself may be a link', async () => {
  await using folder = await makeFolder({
    'real/it/..data/SKILL.md': toSkills('it')['it/SKILL.md']!,
  });
  await symlink('..data/SKILL.md', path.join(folder.root, 'real/it/SKILL.md'));
  await symlink('real', path.join(folder.root, 'link'));
  expect(Object.keys(await readSkills(`${folder.root}/link`))).toEqual(['it/SKILL.md']);
});

test.skipIf(process.platform === 'win32')('a pipe is not waited for', async () => {
  await using folder = await makeFolder(toSkills('it'));
  execFileSync('mkfifo', [path.join(folder.root, 'it/pipe')]);
  expect(await problemsOf(folder.root)).toEqual([
    'SKILL_INVALID ~/it/pipe: it is no ordinary file; put a copy of the files in its place, or remove it',
  ]);
});

// The superuser reads everything.
test.skipIf(process.getuid?.() === 0)('a file without the right to read it is told', async () => {
  await using folder = await makeFolder({ ...toSkills('it'), 'it/secret.md': '' });
  await chmod(path.join(folder.root, 'it/secret.md'), 0);
  expect(await problemsOf(folder.root)).toEqual([
    'SKILLS_UNREADABLE ~/it/secret.md: this process may not read it; change its permissions, or the user of the process',
  ]);
});

test('a linked folder of a skill, and a broken link beside the skills, are not left out silently', async () => {
  await using folder = await makeFolder({ ...toSkills('it'), 'it/README.md': '# For people' });
  await symlink('it', path.join(folder.root, 'linked'));
  await symlink('nowhere', path.join(folder.root, 'broken'));
  await symlink('it/README.md', path.join(folder.root, 'README.md'));
  expect(await problemsOf(folder.root)).toEqual([
    'SKILLS_UNREADABLE ~/broken: it is a link to what does not exist; remove it, or put the file in its place',
    'SKILL_INVALID ~/linked: it is a link to a folder; put a copy of the files in its place, or remove it',
  ]);
});

test('a file: URL may be a text, as import.meta.resolve returns it', async () => {
  await using folder = await makeFolder({ ...toSkills('it') });
  expect(Object.keys(await readSkills(pathToFileURL(folder.root).href))).toEqual(['it/SKILL.md']);
  expect(await problemsOf(`${pathToFileURL(folder.root).href}/none`)).toEqual([
    'SKILLS_UNREADABLE ~: there is no such folder; pass the folder that has a folder for each skill',
  ]);
});

test.each([
  'file:///skills%2Fbilling',
  'file:///%ff',
  'file://[',
  ...(process.platform === 'win32' ? [] : ['file://host/skills']),
])('the URL %s, which names no folder of this machine, is told', async (url) => {
  expect(await problemsOf(url)).toEqual([
    'SKILLS_UNREADABLE ~: it is not the URL of a folder on this machine; write it as new URL("skills", import.meta.url)',
  ]);
});

test.skipIf(process.platform !== 'linux')('a file whose name is not in UTF-8 is no link', async () => {
  await using folder = await makeFolder({ ...toSkills('it') });
  await writeFile(Buffer.concat([Buffer.from(`${folder.root}/it/`), Buffer.from([0xff])]), '');
  expect(await problemsOf(folder.root)).toEqual([
    'SKILLS_UNREADABLE ~/it/\uFFFD: it is not there any more, or its name is not in UTF-8; rename it, or remove it',
  ]);
});
