import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { redis } from '../src/index.ts';
import { accepted, type Round, send, textOf } from './rounds.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const secret = 'a secret of thirty-two bytes or more';
const marker = 'iban DE89 3704 0044 0532 0130 00';

/** Two nodes of an app on one Redis, and a look at what is in there. */
async function openNodes(secrets: readonly [string, string] = [secret, secret]) {
  const keys = openPrefix();
  const admin = new Redis(redisUrl);
  const runs: string[] = [];
  const state = { failing: undefined as TRPCError['code'] | undefined, isAllowed: true };
  const idempotent = t.procedure.meta({ mcp: { idempotent: true } });
  const router = t.router({
    pay: idempotent.input(z.object({ id: z.string(), note: z.string().optional() })).mutation(({ input }) => {
      runs.push(input.id);
      if (state.failing) throw new TRPCError({ code: state.failing, message: `${marker} failed` });
      return { account: marker, id: input.id };
    }),
    report: idempotent.input(z.object({ id: z.string(), size: z.number() })).mutation(({ input }) => {
      runs.push(input.id);
      return 'x'.repeat(input.size);
    }),
    guarded: idempotent
      .use(({ next }) => {
        if (!state.isAllowed) throw new TRPCError({ code: 'FORBIDDEN', message: 'no longer a customer' });
        return next();
      })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        runs.push(input.id);
        return marker;
      }),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?', rateLimit: { points: 100, durationMs: 60_000 } } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        runs.push(input.id);
        return 'closed';
      }),
  });
  const nodes = await Promise.all(
    secrets.map(async (own, index) => {
      const client = clients[index === 0 ? 'ioredis 6' : 'redis 6']!(redisUrl);
      const shared = redis({ client, prefix: keys.prefix });
      const handler = mcpHandler(router, { ...shared, secret: own, onError: () => {} });
      const server = createServer(handler).listen(0, '127.0.0.1');
      await isListening(server);
      return {
        handler,
        shared,
        server,
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
      };
    }),
  );
  return {
    one: nodes[0]!.url,
    other: nodes[1]!.url,
    runs,
    state,
    admin,
    prefix: keys.prefix,
    /** All that is in there, by key. */
    async dump(): Promise<Map<string, Buffer>> {
      const all = new Map<string, Buffer>();
      for (const key of await admin.keys(`${keys.prefix}*`)) {
        const type = await admin.type(key);
        if (type === 'string') all.set(key, (await admin.getBuffer(key))!);
        else if (type === 'hash') all.set(key, Buffer.from(JSON.stringify(await admin.hgetall(key))));
        else all.set(key, Buffer.from(type));
      }
      return all;
    },
    async [Symbol.asyncDispose]() {
      for (const { handler, shared, server } of nodes) {
        await handler.close();
        server.closeAllConnections();
        server.close();
        await shared.close();
      }
      await keys[Symbol.asyncDispose]();
      admin.disconnect();
    },
  };
}

const isListening = (server: ReturnType<typeof createServer>) => once(server, 'listening');

const pay = (url: string, id: string, more: object = {}, as?: string) =>
  send(
    url,
    { name: 'pay', arguments: { id, _idempotencyKey: `key of ${id}`, ...more } },
    as === undefined ? {} : { as },
  );

describeRedis('what is kept on Redis', () => {
  test('can be read by nobody without the secret: neither answers, nor arguments, nor keys, nor callers', async () => {
    await using nodes = await openNodes();
    await pay(nodes.one, 'customer-1', { note: 'a note that is nobody else’s' }, 'ann@example.com');
    nodes.state.failing = 'CONFLICT';
    await pay(nodes.one, 'customer-2', {}, 'ann@example.com');
    const dump = await nodes.dump();
    expect(dump.size).toBeGreaterThan(0);
    for (const [key, value] of dump) {
      for (const shape of [value.toString('utf8'), decodeAll(value), key]) {
        for (const word of [
          marker,
          'customer-1',
          'customer-2',
          'nobody else',
          'ann@example',
          'key of',
          'CONFLICT',
        ]) {
          expect(shape, key).not.toContain(word);
        }
      }
    }
  });

  test('is answered by every node that has the secret', async () => {
    await using nodes = await openNodes();
    const first = textOf(await pay(nodes.one, 'customer-1'));
    expect(first).toContain(marker);
    expect(textOf(await pay(nodes.other, 'customer-1'))).toBe(first);
    expect(nodes.runs).toEqual(['customer-1']);
  });

  test('is no answer of a node with another secret, and is not paid for once more', async () => {
    await using nodes = await openNodes([secret, `${secret}, and another one`]);
    await pay(nodes.one, 'customer-1');
    const foreign = textOf(await pay(nodes.other, 'customer-1'));
    // With keys that are digested under the secret it is another key; else what cannot be read is refused.
    if (nodes.runs.length === 1) expect(foreign).not.toContain(marker);
    expect(textOf(await pay(nodes.one, 'customer-1'))).toContain(marker);
  });

  test('was not put there by somebody else: what was altered is not given', async () => {
    await using nodes = await openNodes();
    await pay(nodes.one, 'customer-1');
    await pay(nodes.one, 'customer-2');
    const dump = [...(await nodes.dump())].filter(([, value]) => value.length > 40);
    // The answers change places.
    const values = dump.map(([, value]) => value).toReversed();
    for (const [index, [key]] of dump.entries()) await nodes.admin.set(key, values[index]!, 'KEEPTTL');
    for (const id of ['customer-1', 'customer-2']) {
      const other = id === 'customer-1' ? 'customer-2' : 'customer-1';
      expect(textOf(await pay(nodes.one, id))).not.toContain(other);
    }
    expect(nodes.runs).toEqual(['customer-1', 'customer-2']);
  });

  test.each([2, 6])(
    'is bounded: an answer of %d MiB is not put there, and is not paid for twice',
    async (mib) => {
      await using nodes = await openNodes();
      const call = { name: 'report', arguments: { id: 'r', size: mib * 2 ** 20, _idempotencyKey: 'k' } };
      await send(nodes.one, call);
      const size = [...(await nodes.dump()).values()].reduce((sum, value) => sum + value.length, 0);
      expect(size).toBeLessThan(mib * 2 ** 19);
      await send(nodes.other, call);
      expect(nodes.runs.length).toBeLessThanOrEqual(1);
    },
  );

  test('has a name that tells it apart from what may be evicted', async () => {
    await using nodes = await openNodes();
    const call: Round = { name: 'close', arguments: { id: 'c1' } };
    const asked = await send(nodes.one, call);
    const given = { ...call, requestState: asked.result!.requestState!, inputResponses: accepted };
    await send(nodes.other, given);
    await pay(nodes.one, 'customer-1');
    const names = [...(await nodes.dump()).keys()].map((key) => key.slice(nodes.prefix.length));
    // The stream of changes is bounded by its length.
    const kept = names.filter((name) => name !== 'changes');
    // Keys with their answers, consents, and counts.
    expect(new Set(kept.map((name) => name.split(':')[0]))).toEqual(new Set(['once', 'consent', 'limit']));
    for (const name of kept) expect(await nodes.admin.pttl(nodes.prefix + name)).toBeGreaterThan(0);
  });

  test.each(['TIMEOUT', 'BAD_GATEWAY', 'GATEWAY_TIMEOUT', 'SERVICE_UNAVAILABLE'] as const)(
    'is no %s, which may be tried again on the other node',
    async (code) => {
      await using nodes = await openNodes();
      nodes.state.failing = code;
      expect(textOf(await pay(nodes.one, 'customer-1'))).toContain(code);
      nodes.state.failing = undefined;
      expect(textOf(await pay(nodes.other, 'customer-1'))).toContain(marker);
      expect(nodes.runs).toEqual(['customer-1', 'customer-1']);
    },
  );

  test('is not given by the other node to a caller whom middleware refuses by now', async () => {
    await using nodes = await openNodes();
    const call = { name: 'guarded', arguments: { id: 'c1', _idempotencyKey: 'k' } };
    expect(textOf(await send(nodes.one, call))).toContain(marker);
    nodes.state.isAllowed = false;
    for (const url of [nodes.one, nodes.other]) {
      const refused = await send(url, call);
      expect(refused.status).toBe(403);
      expect(textOf(refused)).not.toContain(marker);
    }
    expect(nodes.runs).toEqual(['c1']);
  });
});

/** What a value says in base64, in hexadecimal digits, and within JSON. */
function decodeAll(value: Buffer): string {
  const text = value.toString('latin1');
  const words = text.match(/[\w+/=-]{16,}/g) ?? [];
  return words
    .flatMap((word) =>
      ['base64', 'base64url', 'hex'].map((as) => Buffer.from(word, as as 'hex').toString('utf8')),
    )
    .join('\n');
}
