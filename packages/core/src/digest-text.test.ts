import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

test('a host whose `getBuiltinModule` throws digests and signs as Node does', async () => {
  const load = async () => {
    vi.resetModules();
    const { digestText } = await import('./digest-text.ts');
    const { createSignText } = await import('./protocol/sign-text.ts');
    return [await digestText('a text'), await createSignText(new Uint8Array([1, 2, 3]))('a text')];
  };
  const onNode = await load();
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('not implemented');
  });
  expect(await load()).toEqual(onNode);
});
