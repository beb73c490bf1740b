import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { toServerJson } from '../src/export/server-json.ts';
import { run } from './run.ts';

// What the registry's schema of 2025-12-11 demands of the parts that the command writes, in our words.
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const input = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    description: { type: 'string' },
    isRequired: { type: 'boolean' },
    isSecret: { type: 'boolean' },
  },
  additionalProperties: false,
};
const isServerJson = formats.default(new Ajv({ strict: false })).compile({
  type: 'object',
  required: ['$schema', 'name', 'description', 'version'],
  additionalProperties: false,
  properties: {
    $schema: { const: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json' },
    name: { type: 'string', minLength: 3, maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' },
    title: text(100),
    description: text(100),
    version: { ...text(255), not: { pattern: '^[~^<>=]|^latest$|[xX*]$' } },
    websiteUrl: { type: 'string', format: 'uri' },
    repository: {
      type: 'object',
      required: ['url', 'source'],
      additionalProperties: false,
      properties: {
        url: { type: 'string', format: 'uri' },
        source: { enum: ['github', 'gitlab'] },
        subfolder: { type: 'string' },
      },
    },
    remotes: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'url'],
        additionalProperties: false,
        properties: {
          type: { const: 'streamable-http' },
          url: { type: 'string', pattern: '^https?://[^\\s]+$' },
          headers: { type: 'array', items: input },
        },
      },
    },
    packages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['registryType', 'identifier', 'version', 'transport'],
        additionalProperties: false,
        properties: {
          registryType: { const: 'npm' },
          identifier: { type: 'string', minLength: 1 },
          version: { type: 'string', minLength: 1 },
          transport: { type: 'object', required: ['type'], properties: { type: { const: 'stdio' } } },
        },
      },
    },
  },
});

async function exportServerJson(cwd: string, ...args: string[]): Promise<unknown> {
  const { stdout, stderr, code } = await run(['export', 'src/router.ts', '--server-json', ...args], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const value: unknown = JSON.parse(stdout);
  isServerJson(value);
  expect(isServerJson.errors).toBe(null);
  return value;
}

const manifest = {
  name: '@acme/notes',
  version: '1.2.3',
  type: 'module',
  description: `Notes of a team. ${'They are kept for ever and a day. '.repeat(5)}`,
  repository: { type: 'git', url: 'git+https://github.com/acme/notes.git', directory: 'apps/api' },
};

test('writes server.json for an endpoint: its name is made of the domain, and a long description is cut', async () => {
  const cwd = createApp({ ...notesApp, 'package.json': JSON.stringify(manifest) });
  const url = 'https://app.example.com/mcp';
  expect(await exportServerJson(cwd, '--url', url, '--header', 'authorization: Bearer x')).toEqual({
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'com.example.app/notes',
    description: 'Notes of a team.',
    repository: { url: 'https://github.com/acme/notes', source: 'github', subfolder: 'apps/api' },
    version: '1.2.3',
    remotes: [
      {
        type: 'streamable-http',
        url,
        headers: [
          {
            name: 'authorization',
            description: 'The credential of the caller',
            isRequired: true,
            isSecret: true,
          },
        ],
      },
    ],
  });
});

test('writes server.json for a package that clients start, with the name of its repository', async () => {
  const own = { ...manifest, bin: './bin.js', repository: 'github:acme/notes' };
  const cwd = createApp({ ...notesApp, 'package.json': JSON.stringify(own) });
  expect(await exportServerJson(cwd)).toMatchObject({
    name: 'io.github.acme/notes',
    repository: { url: 'https://github.com/acme/notes', source: 'github' },
    packages: [
      { registryType: 'npm', identifier: '@acme/notes', version: '1.2.3', transport: { type: 'stdio' } },
    ],
  });
});

test.each([
  [['--url', 'http://localhost:3000/mcp'], 'The registry takes no endpoint such as'],
  [['--url', 'http://127.0.0.1:3000/mcp'], 'The registry takes no endpoint such as'],
  [['--url', 'https://app.example.com/mcp', '--name', 'notes'], 'notes is no name in the registry'],
  [
    ['--url', 'https://app.example.com/mcp', '--server-version', '^1.0.0'],
    'takes no version such as "^1.0.0"',
  ],
  [['--name', 'com.example/notes'], 'The registry needs the URL of an endpoint'],
])('says what the registry would refuse: %s', async (args, words) => {
  const cwd = createApp(notesApp);
  const { code, stderr } = await run(['export', 'src/router.ts', '--server-json', ...args], { cwd });
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});

const facts = {
  name: 'com.example/notes',
  title: undefined,
  description: undefined,
  version: '1.0.0',
  websiteUrl: undefined,
  url: new URL('https://app.example.com/mcp'),
  headers: [],
  manifest: {},
};

test.each(['1.x', '1.x.0', '1.*', '*', '>=1.0.0', '1.0.0 - 2.0.0', '1 || 2', 'latest', '', ' '])(
  'refuses the version %j, as the registry does',
  (version) => {
    expect(() => toServerJson({ ...facts, version })).toThrow('The registry takes no version');
  },
);

test.each(['1.0.0-linux', '1.0.0-x', '2026.01.31', 'v2-matrix'])('takes the version %s', (version) => {
  expect(toServerJson({ ...facts, version })).toMatchObject({ version });
});

test('never writes an empty text, a password, or a place that the registry refuses', () => {
  const own = {
    description: ' ',
    repository: { url: 'https://github.com/acme/app/tree/main', directory: './packages/api/' },
  };
  expect(
    toServerJson({
      ...facts,
      title: ' ',
      description: '',
      websiteUrl: 'http://a.example.com',
      manifest: own,
    }),
  ).toEqual({
    $schema: expect.any(String),
    name: 'com.example/notes',
    description: 'com.example/notes',
    repository: { url: 'https://github.com/acme/app', source: 'github', subfolder: 'packages/api' },
    version: '1.0.0',
    remotes: [{ type: 'streamable-http', url: 'https://app.example.com/mcp' }],
  });
  expect(() => toServerJson({ ...facts, url: new URL('https://u:p@app.example.com/mcp') })).toThrow(
    'a password in it',
  );
  expect(() => toServerJson({ ...facts, name: 'com.example/notes-' })).toThrow('is no name in the registry');
});
