import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { dropDatabase, runOn, temporaryName, urlOf } from '../test/databases.ts';
import { openBrowser } from '../test/login.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { connectByLogin } from '../test/oauth-client.ts';
import { aiko, jonas, tokens } from './sample/cast.ts';

const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;
const missing = Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }).flatMap(([name, value]) =>
  value ? [] : [name],
);

function start(
  env: Record<string, string | undefined>,
  clean = async () => {},
): { child: ChildProcess; output: () => string } {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions=@trpc-mcp/source', fileURLToPath(new URL('./two.ts', import.meta.url))],
    { env: { PATH: process.env['PATH'], PORT: '0', ...env } },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await clean();
  });
  return { child, output: () => text };
}

interface Found {
  items: { id: string }[];
}

/** Reads the start-up text when it is complete. */
async function started({
  child,
  output,
}: ReturnType<typeof start>): Promise<{ mcp: string; nodes: string[] }> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(output());
  });
  ended.catch(() => {});
  const whole = (async () => {
    while (!output().includes('Two nodes take turns')) await once(child.stdout!, 'data');
  })();
  await Promise.race([whole, ended]);
  const [, mcp = ''] = /MCP +(http\S+)/.exec(output()) ?? [];
  const [, one = '', other = ''] = /turns: (http\S+) and (http\S+)\./.exec(output()) ?? [];
  return { mcp, nodes: [one, other] };
}

describe.skipIf(missing.length > 0)(
  missing.length > 0 ? `two nodes (skipped: ${missing.join(' and ')} is not set)` : 'two nodes',
  () => {
    it('serve one demo at one address, until they are stopped', { timeout: 120_000 }, async () => {
      const name = temporaryName();
      await runOn(databaseUrl!, `create database ${name} template ${inject('postgresTemplate')!}`);
      const clean = async () => {
        await dropDatabase(databaseUrl!, name);
        const redis = new Redis(redisUrl!);
        const keys = await redis.keys(`trpc-mcp-demo:${name}:*`);
        if (keys.length > 0) await redis.del(keys);
        redis.disconnect();
      };
      const two = start({ DATABASE_URL: urlOf(databaseUrl!, name), REDIS_URL: redisUrl! }, clean);
      const { mcp, nodes } = await started(two);

      const asked: string[] = [];
      const accept = (question: string) => {
        asked.push(question);
        return { action: 'accept', content: {} } as const;
      };
      for (const era of eras) {
        await using agent = await connectAgent(era, mcp, tokens.admin.token, accept);
        const answers = await Promise.all(Array.from({ length: 4 }, () => agent.call('whoami')));
        for (const answer of answers) expect(answer).toMatchObject({ role: 'admin' });
        // With the client of 2026, one node asks, and the other one gets the answer.
        const found = await agent.call<Found>('customers_search', { query: jonas.email });
        const { id } = found.items[0]!;
        expect(await agent.call('customers_deactivate', { id })).toMatchObject({ id });
        await agent.call('customers_reactivate', { id });
      }
      expect(asked).toEqual([
        expect.stringContaining(`Deactivate "${jonas.name}" of "${jonas.company}"?`),
        expect.stringContaining(`Deactivate "${jonas.name}" of "${jonas.company}"?`),
      ]);

      // Each request of a login goes to another node, and so does each call with its token.
      {
        const browser = openBrowser(mcp.replace(/\/mcp$/, ''));
        await using agent = await connectByLogin('2026-07-28', mcp, browser, tokens.viewer.email);
        for (let count = 0; count < 4; count++)
          expect(await agent.call('whoami')).toMatchObject({ role: 'viewer' });
      }

      // The same key on both nodes extends the trial once.
      const extended = await Promise.all(
        [...nodes, mcp.replace(/\/mcp$/, '')].map(async (url) => {
          await using agent = await connectAgent('2026-07-28', `${url}/mcp`, tokens.support.token);
          const found = await agent.call<Found>('customers_search', { query: aiko.email });
          const args = { customerId: found.items[0]!.id, by: 1, unit: 'weeks', _idempotencyKey: 'once' };
          const customer = await agent.call('subscriptions_extendTrial', args);
          return JSON.stringify(customer);
        }),
      );
      expect(new Set(extended).size).toBe(1);

      two.child.kill('SIGTERM');
      const [code] = (await once(two.child, 'exit')) as [number | null];
      expect(code).toBe(0);
      await expect(fetch(mcp)).rejects.toThrow();
      for (const node of nodes) await expect(fetch(node)).rejects.toThrow();
    });
  },
);

const nowhere = 'postgres://127.0.0.1:1/none';

describe('two nodes without what they share', () => {
  it.each([
    [{}, /set DATABASE_URL and REDIS_URL, such as/],
    [{ DATABASE_URL: nowhere }, /set REDIS_URL, such as/],
    [{ DATABASE_URL: nowhere, REDIS_URL: 'redis://127.0.0.1:1' }, /could not start: connect ECONNREFUSED/],
  ])('say what is missing: %j', async (env, message) => {
    const two = start(env);
    const [code] = (await once(two.child, 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(two.output()).toMatch(message);
  });
});
