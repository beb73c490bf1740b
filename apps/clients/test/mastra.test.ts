import { describe, expect, inject, test } from 'vitest';
import { node, refusals, runExample } from './program.ts';
import { unknownToken } from './token-server.ts';

describe.skipIf(!node)('Mastra', () => {
  test('lists the tools of the demo and calls one as the one whose token it sends', async () => {
    const admin = await runExample('mastra', inject('demo').url, 'demo-admin');
    expect(admin).toMatchObject({ code: 0, shown: expect.stringContaining("'app_customers_search'") });
    expect(admin.shown).toMatch(/role['"]?: ?['"]admin/);
    const viewer = await runExample('mastra', inject('demo').url, 'demo-viewer');
    expect(viewer.shown).toMatch(/role['"]?: ?['"]viewer/);
  });

  test('speaks of authorization for a 401, and shows the sentence of the endpoint with status 200', async () => {
    const shown = await refusals((url, token) => runExample('mastra', url, token));
    const connect = 'Failed to connect to MCP server app: ';
    const status = `${connect}SdkHttpError: Version negotiation failed: the server requires authorization (HTTP 401)`;
    const noToken = 'UNAUTHORIZED: this endpoint needs a credential; send a token in the header';
    expect(shown).toEqual({
      withoutToken: { code: 1, shown: expect.stringContaining(status) },
      withoutTokenAnswered200: {
        code: 1,
        shown: expect.stringContaining(`${connect}ProtocolError: ${noToken}`),
      },
      wrongToken: { code: 1, shown: expect.stringContaining(status) },
      wrongTokenAnswered200: {
        code: 1,
        shown: expect.stringContaining(`${connect}ProtocolError: UNAUTHORIZED: ${unknownToken}`),
      },
    });
  });
});
