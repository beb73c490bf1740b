import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createApp } from '../api-token.ts';
import { send } from 'example-testing/auth-clients';
import { start } from 'example-testing/server';

const pages = ['auth', 'oauth'].map((name) => new URL(`../../../docs/${name}.md`, import.meta.url));
const texts = await Promise.all(pages.map((page) => readFile(page, 'utf8')));
const text = texts.join('\n');

const names = ['api-token', 'session-cookie', 'gateway'];
const oauthTests = ['../../auth-jwt/test/app.test.ts', '../../auth-better-auth/test/app.test.ts'];
const tests = await read([...names.map((name) => `./${name}.test.ts`), ...oauthTests]);

async function read(files: string[]): Promise<string> {
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
  return sources.join('\n');
}

/** The fenced blocks of a language. */
function blocksOf(language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, block]) =>
    name === language && block ? [block] : [],
  );
}

describe('docs/auth.md and docs/oauth.md', () => {
  test('quotes refusals as the tests of the examples see them', () => {
    const quoted = [...text.matchAll(/`((?:UNAUTHORIZED|FORBIDDEN): [^`]*?)(?: \(WWW-Authenticate: …\))?`/g)];
    expect(quoted.length).toBeGreaterThan(5);
    for (const [, words = ''] of quoted) expect(tests, words).toContain(words);
  });

  test('shows the body that a refused call is answered with', async () => {
    await using server = await start(createApp());
    const response = await send(`${server.url}/mcp`, 'tools/call', ben('lock'), { name: 'lock' });
    const [shown] = blocksOf('json');
    expect(response.status).toBe(403);
    expect(response.body).toMatchObject({ result: JSON.parse(shown ?? '') as object });
  });

  test('says the truth about a tool that is hidden and one that is not there', async () => {
    await using server = await start(createApp());
    for (const name of ['clear', 'nothing']) {
      const { status, body } = await send(`${server.url}/mcp`, 'tools/call', ben(name), { name });
      expect(status).toBe(200);
      expect(body).toMatchObject({ error: { code: -32602, message: `Unknown tool: ${name}` } });
    }
  });
});

function ben(name: string): Record<string, string> {
  return { authorization: 'Bearer token-of-ben', 'mcp-name': name };
}
