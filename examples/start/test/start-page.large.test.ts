import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servePackages } from './packages.ts';
import { readSteps, type Step } from './page.ts';

const exec = promisify(execFile);
const page = new URL('../../../docs/start.md', import.meta.url);
const figures = new URL('../../../benchmarks/START.md', import.meta.url);
const markdown = await readFile(page, 'utf8');

describe('docs/start.md, followed in an empty folder with the packed packages', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(await realpath(tmpdir()), 'trpc-mcp-start-'));
    // The page names the port.
    if (await answers(3000))
      throw new Error('Port 3000 is taken on this machine: the page cannot be followed.');
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  test('every command works as it is written, and prints what the page says', async () => {
    await using packages = await servePackages(home);
    await using reader = await createReader(home, packages.npmrc);
    const steps = readSteps(markdown);
    for (const step of steps) await reader.follow(step);

    // The page has led through all of it.
    expect(await readdir(reader.folder)).toEqual(
      expect.arrayContaining(['server.ts', 'client.ts', 'package.json']),
    );
    const printed = reader.printed.find(({ command }) => command === 'npx tsx client.ts');
    expect(printed?.stdout).toContain('Hi Ada, says a guest');
    if (process.env['UPDATE_BENCHMARKS']) await writeFigures(reader.printed);
  });
});

interface Printed {
  command: string;
  stdout: string;
  ms: number;
}

/** Somebody who does what the page says, and nothing else. */
async function createReader(home: string, npmrc: string) {
  const folder = join(home, 'hello-mcp');
  await mkdir(folder);
  // The packages are not where npm would look. Nothing else is in the folder.
  await writeFile(join(folder, '.npmrc'), npmrc);
  const env = {
    ...withoutVitest(process.env),
    HOME: home,
    npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
    npm_config_cache: join(home, 'cache'),
  };
  const printed: Printed[] = [];
  const running: ReturnType<typeof spawn>[] = [];

  const start = async (command: string): Promise<void> => {
    const child = spawn('sh', ['-c', command], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let stdout = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
        if (stdout.includes('\n')) resolve();
      });
      child.stderr.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.once('exit', () => reject(new Error(`it has stopped:\n${stdout}`)));
    });
    expect(markdown, 'the page says what the server prints').toContain(`\`${stdout.trim()}\``);
  };

  const follow = async (step: Step): Promise<void> => {
    const last = printed.at(-1)?.stdout ?? '';
    if (step.kind === 'file') await writeFile(join(folder, step.name), step.text);
    else if (step.kind === 'json') expect(JSON.parse(last)).toEqual(JSON.parse(step.text));
    else if (step.kind === 'text') expect(last).toBe(step.text);
    else {
      const began = performance.now();
      let stdout = '';
      if (step.kind === 'start') await start(step.command);
      else if (step.command.startsWith('claude ') && !(await isInstalled('claude'))) return;
      else ({ stdout } = await exec('sh', ['-c', step.command], { cwd: folder, env }));
      printed.push({ command: step.command, stdout, ms: performance.now() - began });
    }
  };

  return {
    folder,
    printed,
    follow: (step: Step) =>
      follow(step).catch((error: unknown) => {
        throw new Error(`docs/start.md:${step.line}: ${(error as Error).message}`, { cause: error });
      }),
    [Symbol.asyncDispose]: async () => {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exit = once(child, 'exit');
        process.kill(-child.pid!, 'SIGKILL');
        await exit;
      }
    },
  };
}

/** Vitest and pnpm tell their children about themselves. A reader has neither. */
function withoutVitest(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(?:VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|npm_(?:lifecycle|package|command|execpath))/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

async function isInstalled(command: string): Promise<boolean> {
  return exec('sh', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function writeFigures(printed: Printed[]): Promise<void> {
  const toRow = (command: string, ms: number) => `| ${command} | ${(ms / 1000).toFixed(1)} |`;
  const rows = printed.map(({ command, ms }) =>
    toRow(`\`${command.split('\n')[0]!.replace(/ \\$/, ' …')}\``, ms),
  );
  const first = printed.findIndex(({ command }) => command === 'npx tsx client.ts');
  const sum = (some: Printed[]) => some.reduce((total, { ms }) => total + ms, 0);
  await writeFile(
    figures,
    `# The Start page, followed

How long the commands of [docs/start.md](../docs/start.md) took in an empty folder with an empty npm cache, without the
time in which a person reads and types. Measured on ${new Date().toISOString().slice(0, 10)} with Node ${process.version} and ${cpus().length} cores. To measure again:
\`UPDATE_BENCHMARKS=1 npx -y pnpm@12 exec vitest run --config vitest.large.config.ts --project 'start page'\`.

<!-- prettier-ignore-start -->

| command | seconds |
| --- | ---: |
${rows.join('\n')}
${toRow('**until an official client has made its first call**', sum(printed.slice(0, first + 1)))}
${toRow('**all**', sum(printed))}

<!-- prettier-ignore-end -->
`,
  );
}
