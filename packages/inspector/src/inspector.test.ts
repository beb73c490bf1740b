import { expect, test } from 'vitest';
import { inspector, type InspectorOptions } from './inspector.ts';

/** Opens the frame of MCP Apps, which is there without the page being built. */
async function open(allow: unknown) {
  const page = inspector({ allow } as InspectorOptions);
  const request = new Request('https://app.example.com/mcp?app-frame&code=c&state=s');
  return (await page.open({ request, authorizationServers: [], icons: [] }))?.status;
}

test('gives the page to those whom allow returns true for, now or later', async () => {
  expect(await open(() => true)).toBe(200);
  expect(await open(async () => true)).toBe(200);
  expect(await open(undefined)).toBe(200);
});

test.each([false, undefined, null, 0, 1, 'false', {}, new Response(null, { status: 403 })])(
  'does not give it for %s',
  async (returned) => {
    expect(await open(() => returned)).toBeUndefined();
    expect(await open(async () => returned)).toBeUndefined();
  },
);
