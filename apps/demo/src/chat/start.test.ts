import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const server = new URL('../../dist/server.js', import.meta.url).href;
const answer = new URL('../../dist/chat/answer.js', import.meta.url).href;

/** Prints the URL of each module that is loaded. */
const loader = `export const load = (url, context, next) => (console.log(url), next(url, context));`;

async function loadedBy(...modules: string[]): Promise<string[]> {
  const program = `import { register } from 'node:module';
    register('data:text/javascript,${encodeURIComponent(loader)}');
    for (const url of ${JSON.stringify(modules)}) await import(url);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout.split('\n');
}

const isOfChat = (url: string) => /\/node_modules\/(?:ai|@ai-sdk\/[^/]+)\/|\/packages\/ai\//.test(url);

test('the demo starts without the AI SDK, which is loaded with the first answer', async () => {
  const loaded = await loadedBy(server);
  expect(loaded).toContain(server);
  expect(loaded.filter(isOfChat)).toEqual([]);
  expect((await loadedBy(answer)).filter(isOfChat)).not.toEqual([]);
});
