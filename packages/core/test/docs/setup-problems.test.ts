import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { afterEach, expect, test, vi } from 'vitest';
import type { SetupError } from '../../src/index.ts';
import { createSetupExamples } from './setup-examples.ts';
import { imports } from './setup-imports.ts';
import { setupProblems } from './setup-problems.ts';

const page = new URL('../../../../docs/setup-problems.md', import.meta.url);
const begin =
  '<!-- prettier-ignore-start -->\n<!-- written from packages/core/test/docs/setup-problems.ts and setup-examples.ts -->';
const end = '<!-- prettier-ignore-end -->';
const examples = createSetupExamples(imports);
const source = readFileSync(new URL('setup-examples.ts', import.meta.url), 'utf8');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** An example as it is written. */
function codeOf(code: string): string {
  const [, body = ''] =
    new RegExp(`^  ${code}: \\(\\) =>([^]*?),\\n(?=  [A-Z_]+: |\\}\\);)`, 'm').exec(source) ?? [];
  const text = body
    .replace(/^\s*\{\n([^]*)\n {2}\}$/, '$1')
    .replace(/^\n/, '')
    .trimEnd();
  const indent = /^ */.exec(text)![0];
  const lines = text.split('\n').map((line) => line.replace(indent, ''));
  return lines.join('\n').trim();
}

const sections = Object.entries(setupProblems)
  .map(([code, { means, change }]) =>
    [`## ${code}`, means, `\`\`\`ts\n${codeOf(code)}\n\`\`\``, `**Fix:** ${change}`].join('\n\n'),
  )
  .join('\n\n');

test('docs/setup-problems.md has a section for each code; UPDATE_DOCS=1 writes it', () => {
  const text = readFileSync(page, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const after = rest.split(end).slice(1).join(end);
  const updated = `${before}${begin}\n\n${sections}\n\n${end}${after}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(page, updated);
  else expect(text).toBe(updated);
});

test('docs/setup-problems.md shows the imports of its examples', () => {
  const [, block = ''] = /^```ts\n([^]*?)^```$/m.exec(readFileSync(page, 'utf8')) ?? [];
  expect(readFileSync(new URL('setup-imports.ts', import.meta.url), 'utf8')).toContain(block);
});

const { FAILURE_LIMIT_WITHOUT_ADDRESS: withoutAddress, ...thrown } = examples;

test.each(Object.entries(thrown))('the example of %s has this problem, and no other', async (code, run) => {
  vi.stubEnv('NODE_ENV', 'development');
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (reason: unknown) => reason as SetupError,
    );
  expect(new Set(error?.problems.map((problem) => problem.code))).toEqual(new Set([code]));
});

test('the example of FAILURE_LIMIT_WITHOUT_ADDRESS is told of when somebody calls', async () => {
  const told = vi.spyOn(console, 'error').mockReturnValue();
  const handler = withoutAddress() as (request: Request) => Promise<Response>;
  expect(told).not.toHaveBeenCalled();
  const headers = { 'content-type': 'application/json', authorization: 'Bearer wrong' };
  await handler(new Request('http://localhost/mcp', { method: 'POST', body: '{}', headers }));
  expect(told.mock.calls.join('\n')).toContain('[FAILURE_LIMIT_WITHOUT_ADDRESS]');
});

test('every code is in order, and some file reports it', () => {
  const codes = Object.keys(setupProblems);
  expect(codes).toEqual(codes.toSorted());
  const root = new URL('../../src/', import.meta.url);
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test') && file !== 'setup-error.ts')
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
  expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
