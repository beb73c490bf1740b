import { describe, expect, inject, test } from 'vitest';
import { node, refusals, runExample } from './program.ts';
import { unknownToken } from './token-server.ts';

describe.skipIf(!node)('the AI SDK', () => {
  test('lists the tools of the demo and calls one as the one whose token it sends', async () => {
    const admin = await runExample('ai-sdk', inject('demo').url, 'demo-admin');
    expect(admin).toMatchObject({ code: 0, shown: expect.stringContaining("'customers_search'") });
    expect(admin.shown).toMatch(/role['"]?: ?['"]admin/);
    const viewer = await runExample('ai-sdk', inject('demo').url, 'demo-viewer');
    expect(viewer.shown).toMatch(/role['"]?: ?['"]viewer/);
  });

  test('shows the sentence of the endpoint, also for a 401', async () => {
    const shown = await refusals((url, token) => runExample('ai-sdk', url, token));
    const noToken =
      'MCPClientError: UNAUTHORIZED: this endpoint needs a credential; send a token in the header';
    const unknown = `MCPClientError: UNAUTHORIZED: ${unknownToken}`;
    expect(shown).toEqual({
      withoutToken: { code: 1, shown: expect.stringContaining(noToken) },
      withoutTokenAnswered200: { code: 1, shown: expect.stringContaining(noToken) },
      wrongToken: { code: 1, shown: expect.stringContaining(unknown) },
      wrongTokenAnswered200: { code: 1, shown: expect.stringContaining(unknown) },
    });
  });
});
