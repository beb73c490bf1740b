import { describe, expect, inject, test } from 'vitest';
import { node, refusals, runExample } from './program.ts';
import { unknownToken } from './token-server.ts';

describe.skipIf(!node)('OpenAI Agents', () => {
  test('lists the tools of the demo and calls one as the one whose token it sends', async () => {
    const admin = await runExample('openai-agents', inject('demo').url, 'demo-admin');
    expect(admin).toMatchObject({ code: 0, shown: expect.stringContaining("'customers_search'") });
    expect(admin.shown).toMatch(/role['"]?: ?['"]admin/);
    const viewer = await runExample('openai-agents', inject('demo').url, 'demo-viewer');
    expect(viewer.shown).toMatch(/role['"]?: ?['"]viewer/);
  });

  test('speaks of authorization for a 401, and shows the sentence of the endpoint with status 200', async () => {
    const shown = await refusals((url, token) => runExample('openai-agents', url, token));
    const status = 'SdkHttpError: Version negotiation failed: the server requires authorization (HTTP 401)';
    const noToken = 'UNAUTHORIZED: this endpoint needs a credential; send a token in the header';
    expect(shown).toEqual({
      withoutToken: { code: 1, shown: expect.stringContaining(status) },
      withoutTokenAnswered200: { code: 1, shown: expect.stringContaining(`ProtocolError: ${noToken}`) },
      wrongToken: { code: 1, shown: expect.stringContaining(status) },
      wrongTokenAnswered200: {
        code: 1,
        shown: expect.stringContaining(`ProtocolError: UNAUTHORIZED: ${unknownToken}`),
      },
    });
    // The sentence stands in the data of the error.
    expect(shown.withoutToken.shown).toMatch(new RegExp(`text: .*${noToken}`));
    expect(shown.wrongToken.shown).toMatch(new RegExp(`text: .*${unknownToken}`));
  });
});
