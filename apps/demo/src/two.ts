/** Starts two nodes of the demo as separate processes behind one address. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBalancer } from './balancer.ts';
import { welcomeText } from './welcome.ts';

const { DATABASE_URL, REDIS_URL, MCP_SECRET, PORT = '3000' } = process.env;
const missing = Object.entries({ DATABASE_URL, REDIS_URL }).flatMap(([name, value]) => (value ? [] : [name]));

try {
  if (missing.length > 0) {
    throw new Error(
      `set ${missing.join(' and ')}, such as DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres and ` +
        'REDIS_URL=redis://127.0.0.1:6379: two nodes share their data and their state there',
    );
  }
  await start();
} catch (error) {
  console.error(`The two nodes failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log('Preparing the database. The first time this takes some seconds.');
  // Both nodes use the same secret, so each accepts what the other has signed.
  const secret = MCP_SECRET ?? randomBytes(32).toString('hex');
  const running = new Set<string>();
  await using balancer = await openBalancer(() => [...running], { port: Number(PORT) });
  const children = [1, 2].map(() => startChild({ MCP_SECRET: secret, PUBLIC_URL: balancer.url }));
  try {
    const urls = await Promise.all(children.map(urlOf));
    for (const [index, child] of children.entries()) {
      running.add(urls[index]!);
      child.once('exit', () => {
        running.delete(urls[index]!);
        if (running.size > 0) console.error(`The node at ${urls[index]} has ended; the other one goes on.`);
      });
    }
    console.log(welcomeText(balancer.url, undefined));
    console.log(`Two nodes take turns: ${urls.join(' and ')}. Stop one of them: the other goes on.`);
    const ended = Promise.all(children.map((child) => once(child, 'exit')));
    const isStopped = await Promise.race([stopped.then(() => true), ended.then(() => false)]);
    running.clear();
    if (!isStopped) throw new Error('both have ended');
  } finally {
    await Promise.all(children.map(stopChild));
  }
}

function startChild(env: Record<string, string>): ChildProcess {
  const main = `./main${extname(fileURLToPath(import.meta.url))}`;
  return fork(new URL(main, import.meta.url), {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function urlOf(child: ChildProcess): Promise<string> {
  const failed = once(child, 'exit').then(() => {
    throw new Error('a node has ended');
  });
  const [message] = (await Promise.race([once(child, 'message'), failed])) as [{ url: string }];
  return message.url;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
