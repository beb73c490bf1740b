import { expect, test } from 'vitest';
import { loadClient } from './official.ts';

const missing = (message: string, code?: string) =>
  Promise.reject(Object.assign(new Error(message), { code }));

test.each([
  ["Cannot find package '@modelcontextprotocol/client' imported from /app/a.js", 'ERR_MODULE_NOT_FOUND'],
  ["Cannot find module '@modelcontextprotocol/client' from 'a.js'", 'MODULE_NOT_FOUND'],
  ['Failed to resolve import "@modelcontextprotocol/client" from "a.ts". Does the file exist?', undefined],
])('a client that is not installed is asked for: %s', async (message, code) => {
  const loading = loadClient(() => missing(message, code));
  await expect(loading).rejects.toThrow('install @modelcontextprotocol/client (^2.4.0) as a dev dependency');
  await expect(loading).rejects.toMatchObject({ cause: { message } });
});

test('any other error is what it is', async () => {
  await expect(loadClient(() => missing('out of memory'))).rejects.toThrow(/^out of memory$/);
});

test('the client is there where it is installed', async () => {
  expect((await loadClient()).Client).toBeTypeOf('function');
});
