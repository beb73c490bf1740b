import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './auth-clients.ts';
import { runCommand, startCommand } from './start.ts';
import { listExamples, packPackages, type Tarballs, writeStandalone } from './standalone.ts';

/** What a request for the list of tools gets, where the folder has no client that takes a URL. */
interface Answer {
  headers?: Record<string, string>;
  status: number;
  /** For an example that wants more from its environment in production. */
  env?: Record<string, string>;
}

const answers: Record<string, Answer> = {
  // Its client talks to the chat.
  agent: { status: 200 },
  auth: { headers: { authorization: 'Bearer token-of-ada' }, status: 200 },
  'auth-better-auth': { status: 401 },
  'auth-jwt': { status: 401 },
  'create-t3': { status: 401 },
  oauth: { status: 401, env: { NODE_ENV: 'development' } },
  start: { status: 200 },
  // Without a worker, its tasks would wait on Redis.
  tasks: { status: 200, env: { REDIS_URL: '' } },
};

let root: string;
let tarballs: Tarballs;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trpc-mcp-examples-'));
  tarballs = await packPackages(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.concurrent.for(await listExamples())('%s runs alone', async (name) => {
  const target = await mkdtemp(join(root, `${name}-`));
  await writeStandalone(name, target, tarballs);
  // A production environment would install no development dependencies.
  const options = {
    folder: pathToFileURL(`${target}/`),
    env: { NODE_ENV: 'development', npm_config_loglevel: 'error' },
  };
  try {
    await runCommand('npm install --prefer-offline --no-audit --no-fund', options);
    const [size] = (await runCommand('du -sm node_modules', options)).split('\t');
    console.log(`${name}: ${size} MB installed`);
    await runCommand('npm run typecheck', options);
    await startAndCall(name, options);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
});

async function startAndCall(
  name: string,
  options: { folder: URL; env: Record<string, string> },
): Promise<void> {
  const manifest = await readFile(new URL('package.json', options.folder), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  if (!scripts['start']) {
    expect(await runCommand('npm run client', options)).toMatch(/^tools: /m);
    return;
  }
  await using server = await startCommand('npm start', {
    folder: options.folder,
    // Some examples print the port that they are given.
    env: { DATABASE_DIR: 'memory://', PORT: String(await findPort()), ...answers[name]?.env },
    // Next.js builds the app first, beside other installations.
    readyWithinMs: 200_000,
    findUrl: (printed) =>
      /http:\/\/\S+\/mcp\b/.exec(printed)?.[0] ??
      // Next.js prints its own address only.
      /Local:\s+(http:\/\/\S+)[^]*Ready/.exec(printed)?.[1]?.concat('/api/mcp'),
  });
  const answer = answers[name];
  if (scripts['client'] && !answer) {
    expect(await runCommand(`npm run client -- ${server.url}`, options)).toMatch(/^tools: /m);
    return;
  }
  const { status, body } = await send(server.url, 'tools/list', answer?.headers);
  expect(status).toBe(answer?.status ?? 200);
  if (status === 200)
    expect(body).toMatchObject({ result: { tools: expect.arrayContaining([expect.anything()]) } });
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
