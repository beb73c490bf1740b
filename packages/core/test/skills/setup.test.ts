import { skillEntry } from '@modelcontextprotocol/server/ext/skills';
import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { toSkillUri } from '../../src/catalog/skills/skill-set.ts';
import { type HandlerOptions, type McpMeta, mcpResource, SetupError } from '../../src/index.ts';
import { describeCatalog } from '../../src/testing/catalog.ts';
import { ask } from '../in-process.ts';
import { toSkills } from './folder.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

/** Every problem of a handler with these skills: those that are thrown at once, or else those that `ready` rejects with. */
async function problemsOf(skills: unknown, options: HandlerOptions = {}, served = router): Promise<string[]> {
  try {
    const handler = mcpHandler(served, { onError: () => {}, ...options, skills } as HandlerOptions);
    await handler.ready();
    return [];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
}

function skill(frontmatter: string): string {
  return `---\n${frontmatter}\n---\n\nDo it.\n`;
}

test.each([
  ['a promise', Promise.resolve({})],
  ['a map', new Map()],
  ['a list', []],
  ['a text', './skills'],
  ['null', null],
])('%s is no record of files', async (_kind, skills) => {
  expect(await problemsOf(skills)).toEqual([
    'OPTION_INVALID skills: it has to be a record of files by path, such as { "refunds/SKILL.md": "…" }, or what readSkills() resolves to; await it',
  ]);
});

test.each([
  ['/refunds/SKILL.md'],
  ['refunds//SKILL.md'],
  ['refunds/../../SKILL.md'],
  ['../refunds/SKILL.md'],
  ['refunds/./SKILL.md'],
  ['refunds/SKILL.md/'],
  ['././refunds/SKILL.md'],
  [''],
])('the path %j cannot be served', async (path) => {
  expect(await problemsOf({ [path]: skill('name: refunds') })).toEqual([
    `SKILL_INVALID skills[${JSON.stringify(path.replace(/^\.\//, ''))}]: its path has to be the names of folders and of a file, separated by /, such as refunds/SKILL.md; it cannot begin or end with /, and none of the names can be empty, . or ..`,
  ]);
});

test('the paths of bundlers, which begin with ./, are the same without it', async () => {
  const skills = Object.fromEntries(
    Object.entries(toSkills('refunds')).map(([path, text]) => [`./${path}`, text]),
  );
  expect(await problemsOf(skills)).toEqual([]);
  expect(await problemsOf({ ...skills, ...toSkills('refunds') })).toEqual([
    'SKILL_INVALID skills["./refunds/SKILL.md"]: it is the same file as refunds/SKILL.md; remove one of them',
  ]);
});

test('every mistake in the paths and the kinds of files is thrown at once, with those of the other options', async () => {
  const skills = {
    'windows\\SKILL.md': skill('name: windows'),
    'half\uD800/SKILL.md': skill('name: half'),
    'number/SKILL.md': 7,
    'null/SKILL.md': null,
    'module/SKILL.md': { default: '…' },
  };
  expect(() => mcpHandler(router, { skills, timeoutMs: -1 } as unknown as HandlerOptions)).toThrow(
    SetupError,
  );
  expect(await problemsOf(skills, { timeoutMs: -1 })).toEqual([
    'LIMIT_INVALID timeoutMs: it is -1; it has to be a number of 0 or more',
    'SKILL_INVALID skills["number/SKILL.md"]: it is of the type number; it has to be the text of the file, or its bytes as a Uint8Array',
    'SKILL_INVALID skills["null/SKILL.md"]: it is null; it has to be the text of the file, or its bytes as a Uint8Array',
    'SKILL_INVALID skills["module/SKILL.md"]: it is of the type object; it has to be the text of the file, or its bytes as a Uint8Array',
  ]);
  expect(await problemsOf({ 'windows\\SKILL.md': '', 'half\uD800/SKILL.md': '' })).toEqual([
    'SKILL_INVALID skills["windows\\\\SKILL.md"]: its path has a backslash; separate folders with /',
    'SKILL_INVALID skills["half\\ud800/SKILL.md"]: its path is not valid Unicode; rename the file',
  ]);
});

test('a file that is in no skill is a mistake, told once for each folder', async () => {
  const skills = {
    ...toSkills('right'),
    'SKILL.md': skill('name: root'),
    'README.md': '# Skills',
    'notes/a.md': 'a',
    'notes/b/c.md': 'c',
    'lower/skill.md': skill('name: lower'),
  };
  expect(await problemsOf(skills)).toEqual([
    'SKILL_INVALID skills["SKILL.md"]: it is in no folder of its own; a skill is a folder inside the folder of all skills, such as refunds/SKILL.md',
    'SKILL_INVALID skills["README.md"]: it is in no skill; move it into the folder of a skill, or leave it out',
    'SKILL_INVALID skills["notes"]: it has no SKILL.md, so notes/b/c.md is in no skill; add notes/SKILL.md, or leave the file out',
    'SKILL_INVALID skills["lower"]: it has lower/skill.md; write the name of the file as SKILL.md',
  ]);
});

test('a skill has at most 512 files of 16 MiB together', async () => {
  const files = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`big/${index}.md`, '']));
  expect(await problemsOf({ ...toSkills('big'), ...files(511) })).toEqual([]);
  expect(await problemsOf({ ...toSkills('big'), ...files(512) })).toEqual([
    'SKILL_INVALID skills["big"]: it has 513 files, and a skill may have 512; make it two skills, or remove files',
  ]);
  const limit = 16 * 1024 * 1024;
  const size = limit - toSkills('big')['big/SKILL.md']!.length;
  expect(await problemsOf({ ...toSkills('big'), 'big/data.bin': new Uint8Array(size) })).toEqual([]);
  expect(await problemsOf({ ...toSkills('big'), 'big/data.bin': new Uint8Array(size + 1) })).toEqual([
    `SKILL_INVALID skills["big"]: its files have ${limit + 1} bytes together, and a skill may have ${limit}; make it two skills, or let a tool or a resource bring what is large`,
  ]);
});

describe('what a SKILL.md says', () => {
  const wrong: Record<string, [content: string | Uint8Array, message: string]> = {
    bare: [
      '# Bare',
      'it has no frontmatter; begin the file with three lines of their own, ---, name: bare and description: …, and end them with ---',
    ],
    open: ['---\nname: open\n', 'its frontmatter does not end; write a line --- after it'],
    empty: [
      '---\n---\n',
      'its frontmatter has to have name: empty and description: …, and both have to be texts; put a text that looks like a number or a flag in quotes',
    ],
    flag: [
      skill('name: flag\ndescription: true'),
      'its frontmatter has to have name: flag and description: …, and both have to be texts; put a text that looks like a number or a flag in quotes',
    ],
    other: [
      skill('name: another\ndescription: Does it'),
      'its name is "another" and its folder is "other"; they have to be equal, so rename one of them',
    ],
    Upper: [
      skill('name: Upper\ndescription: Does it'),
      'its name is "Upper"; a name has 1 to 64 lower-case letters, digits and single hyphens, such as monthly-report; rename it, and its folder too',
    ],
    __proto__: [
      skill('name: __proto__\ndescription: Does it'),
      'its name is "__proto__"; a name has 1 to 64 lower-case letters, digits and single hyphens, such as monthly-report; rename it, and its folder too',
    ],
    long: [
      skill(`name: long\ndescription: ${'x'.repeat(1025)}`),
      'its description has to have 1 to 1,024 characters; say in it when to use the skill, and the rest below the frontmatter',
    ],
    broken: [
      skill('name: broken\ndescription: "Does it'),
      'its frontmatter cannot be read: line 3: a quoted value must close on the same line (multi-line quoted values are not supported)',
    ],
    'proto-key': [
      skill('name: proto-key\ndescription: Does it\n__proto__: {}'),
      'its frontmatter cannot be read: line 4: the key "__proto__" is not supported',
    ],
    metadata: [
      skill('name: metadata\ndescription: Does it\nmetadata: 7'),
      'frontmatter metadata must map strings to strings; the rules are at https://agentskills.io/specification',
    ],
    latin: [
      new Uint8Array([0x2d, 0x2d, 0x2d, 0x0a, 0xe9]),
      'it is not in UTF-8, so no model can read it; save it as UTF-8, or give it the ending of what it is, such as .png',
    ],
  };

  test('is told all at once', async () => {
    const skills = Object.fromEntries(
      Object.entries(wrong).map(([name, [content]]) => [`${name}/SKILL.md`, content]),
    );
    expect(await problemsOf({ ...skills, ...toSkills('right') })).toEqual(
      Object.entries(wrong)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, [, message]]) => `SKILL_INVALID skills["${name}/SKILL.md"]: ${message}`),
    );
  });

  test.each([
    ['with lines that end as on Windows', '---\r\nname: it\r\ndescription: Does it\r\n---\r\n'],
    ['with a byte order mark', '\uFEFF---\nname: it\ndescription: Does it\n---\n'],
    ['with nothing below', '---\nname: it\ndescription: Does it\n---'],
    ['with a text of several lines', '---\nname: it\ndescription: >\n  Does\n  it\n---\n'],
    ['as bytes', new TextEncoder().encode('---\nname: it\ndescription: Dóes it\n---\n')],
  ])('may be written %s', async (_how, content) => {
    expect(await problemsOf({ 'it/SKILL.md': content })).toEqual([]);
  });
});

test('a text in another encoding is told, and a picture is not', async () => {
  const skills = {
    ...toSkills('it'),
    'it/a.csv': new Uint8Array([0xe9]),
    'it/a.png': new Uint8Array([0xe9]),
  };
  expect(await problemsOf(skills)).toEqual([
    'SKILL_INVALID skills["it/a.csv"]: it is not in UTF-8, so no model can read it; save it as UTF-8, or give it the ending of what it is, such as .png',
  ]);
});

test('one URI cannot be read from a resource of the app and from a skill', async () => {
  const read = t.procedure.input(z.object({ path: z.string() }));
  const clashing = t.router({
    fixed: t.procedure.meta({ mcp: { resource: { uri: 'skill://refunds/SKILL.md' } } }).query(() => ''),
    open: read.meta({ mcp: { resource: { uri: 'skill://refunds/references/{path}' } } }).query(() => ''),
    beside: read.meta({ mcp: { resource: { uri: 'skill://refunds/other/{path}' } } }).query(() => ''),
  });
  const skills = { ...toSkills('refunds'), './refunds/references/Q&A.md': 'Why?' };
  const own = mcpResource({ name: 'own', uri: 'skill://refunds/references/Q&A.md', run: () => '' });
  expect(() => mcpHandler(clashing, { skills })).toThrow(SetupError);
  expect(await problemsOf(skills, {}, clashing as never)).toEqual([
    'URI_CLASH fixed: "skill://refunds/SKILL.md" overlaps with "skill://refunds/SKILL.md" of the option skills: one URI could be read from both; change the URI of fixed, or the folder of the skill',
    'URI_CLASH open: "skill://refunds/references/{path}" overlaps with "skill://refunds/references/Q&A.md" of the option skills: one URI could be read from both; change the URI of open, or the folder of the skill',
  ]);
  expect(await problemsOf(skills, { resources: [own] })).toEqual([
    'URI_CLASH resources.own: "skill://refunds/references/Q&A.md" overlaps with "skill://refunds/references/Q&A.md" of the option skills: one URI could be read from both; change the URI of resources.own, or the folder of the skill',
  ]);
  const later = t.router({ later: lazy(async () => ({ default: clashing })) });
  expect(await problemsOf(skills, {}, later as never)).toMatchObject([
    expect.stringContaining('URI_CLASH later.fixed'),
    expect.stringContaining('URI_CLASH later.open'),
  ]);
});

test('the SDK writes the URIs of files as this package does', async () => {
  const paths = [
    'SKILL.md',
    'Q&A (1) [2] 100%|~\'!*;=@:,+$^`{}<>"#?é.md',
    '%2e%2e/日本.md',
    '...',
    'a\u0001\n.md',
  ];
  const manifest = toSkills('it')['it/SKILL.md']!;
  const files = Object.fromEntries(paths.map((path) => [path, path === 'SKILL.md' ? manifest : path]));
  const { resources } = await skillEntry('a&b:8/it', files);
  expect((resources as { uri: string }[]).map(({ uri }) => uri).toSorted()).toEqual(
    paths.map((path) => toSkillUri(`a&b:8/it/${path}`)).toSorted(),
  );
});

test('a file of any name is read by the URI that the list has of it', async () => {
  const names = [
    'Q&A (1) [2] 100%|~\'!*;=@:,+$^`{}<>"#?é.md',
    '%2e%2e/日本.md',
    '...',
    '__proto__',
    'constructor',
  ];
  const files = Object.fromEntries(names.map((name) => [`a&b:8/it/${name}`, name]));
  const handler = mcpHandler(router, {
    skills: { ...files, 'a&b:8/it/SKILL.md': toSkills('it')['it/SKILL.md']! },
  });
  await handler.ready();
  const { body } = await ask(handler, 'modern', 'skills/list', {});
  const [{ resources }] = (body as { result: { skills: [{ resources: { uri: string }[] }] } }).result.skills;
  const texts = await Promise.all(
    resources.map(async ({ uri }) => {
      const read = await ask(handler, 'modern', 'resources/read', { uri });
      return (read.body as { result: { contents: [{ text: string }] } }).result.contents[0].text;
    }),
  );
  expect(texts.toSorted()).toEqual([...names, toSkills('it')['it/SKILL.md']!].toSorted());
  await handler.close();
});

test('a record that changes later changes nothing', async () => {
  const skills = toSkills('it');
  const handler = mcpHandler(router, { skills });
  skills['it/SKILL.md'] = 'gone';
  await handler.ready();
  await handler.close();
});

test('describeCatalog counts the tools that read skills, and rejects with what is wrong with a skill', async () => {
  const { standIns } = await describeCatalog(router, { skills: toSkills('right'), asTools: true });
  expect(standIns.map(({ name }) => name)).toEqual(['list_resources', 'read_resource']);
  await expect(describeCatalog(router, { skills: { 'wrong/SKILL.md': '# Wrong' } })).rejects.toThrow(
    'skills["wrong/SKILL.md"]: it has no frontmatter',
  );
  await expect(describeCatalog(router, { skills: { 'README.md': '# Skills' } })).rejects.toThrow(
    'skills["README.md"]: it is in no skill',
  );
});
