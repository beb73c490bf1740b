import { describe, expect, inject, test } from 'vitest';
import { node, refusals, runExample } from './program.ts';
import { unknownToken } from './token-server.ts';

describe.skipIf(!node)('LangChain', () => {
  test('lists the tools of the demo and calls one as the one whose token it sends', async () => {
    const admin = await runExample('langchain', inject('demo').url, 'demo-admin');
    expect(admin).toMatchObject({ code: 0, shown: expect.stringContaining("'customers_search'") });
    expect(admin.shown).toMatch(/role['"]?: ?['"]admin/);
    const viewer = await runExample('langchain', inject('demo').url, 'demo-viewer');
    expect(viewer.shown).toMatch(/role['"]?: ?['"]viewer/);
  });

  test('shows the sentence of the endpoint behind its own words', async () => {
    const shown = await refusals((url, token) => runExample('langchain', url, token));
    const failed = 'MCPClientError: Authentication failed for HTTP server "app" at ';
    const connect = 'MCPClientError: Failed to connect to streamable HTTP server "app, url: ';
    const noToken = 'UNAUTHORIZED: this endpoint needs a credential; send a token in the header';
    const includes = (own: string, sentence: string) => ({
      code: 1,
      shown: expect.stringMatching(new RegExp(`^${own}.*${sentence}`, 'm')),
    });
    expect(shown).toEqual({
      withoutToken: includes(failed, noToken),
      withoutTokenAnswered200: includes(connect, noToken),
      wrongToken: includes(failed, unknownToken),
      wrongTokenAnswered200: includes(connect, unknownToken),
    });
  });
});
