import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { redis } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { clients, describeRedis, openPrefix, redisUrl } from './server.ts';
import { openTcpProxy } from './tcp-proxy.ts';

type Bus = ReturnType<typeof redis>['bus'];
type Event = Parameters<Bus['publish']>[0];

const tools: Event = { kind: 'tools_list_changed' };
const prompts: Event = { kind: 'prompts_list_changed' };
const resources: Event = { kind: 'resources_list_changed' };
const updated = (uri: string): Event => ({ kind: 'resource_updated', uri });

/** A node that hears what it is told, once it reads the stream. */
async function openNode(prefix: string, url = redisUrl, createClient = clients['ioredis 6']!) {
  const errors: Error[] = [];
  const shared = redis({
    client: createClient(url),
    prefix,
    timeoutMs: 500,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => shared.close());
  const heard: Event[] = [];
  shared.bus.subscribe((event) => heard.push(event));
  // Whoever listens before the first message could be read is told of anything that may have changed.
  await eventually(() => expect(errors.length > 0 || heard.length === 0).toBe(true));
  return { ...shared, heard, errors };
}

async function openNodes(prefix: string, url?: string) {
  const nodes = await Promise.all([openNode(prefix, url), openNode(prefix, url, clients['redis 6'])]);
  const admin = new Redis(redisUrl);
  onTestFinished(() => admin.disconnect());
  // Each begins with an entry of its own.
  await eventually(async () => expect(await admin.xlen(`${prefix}changes`)).toBeGreaterThanOrEqual(2));
  return { nodes, one: nodes[0], other: nodes[1], admin };
}

describeRedis('the bus', () => {
  test.each(Object.entries(clients))(
    'carries every change, whole and once, with %s',
    async (_name, createClient) => {
      await using keys = openPrefix();
      const one = await openNode(keys.prefix, redisUrl, createClient);
      const other = await openNode(keys.prefix, redisUrl, createClient);
      const admin = new Redis(redisUrl);
      onTestFinished(() => admin.disconnect());
      await eventually(async () => expect(await admin.xlen(`${keys.prefix}changes`)).toBe(2));

      const events = [
        tools,
        prompts,
        resources,
        updated('app://käse/1'),
        { ...tools, params: { _meta: { a: 1 } } },
      ];
      for (const event of events) one.bus.publish(event);
      // Here at once, without a way over Redis.
      expect(one.heard).toEqual(events);
      await eventually(() => expect(other.heard).toEqual(events));
      other.bus.publish(tools);
      await eventually(() => expect(one.heard).toEqual([...events, tools]));
      expect(other.heard).toEqual([...events, tools]);
      expect([...one.errors, ...other.errors]).toEqual([]);
    },
  );

  test('an order of a thousand changes is kept', async () => {
    await using keys = openPrefix();
    const { one, other } = await openNodes(keys.prefix);
    const events = Array.from({ length: 1000 }, (_, index) => updated(`app://${index}`));
    for (const event of events) one.bus.publish(event);
    await eventually(() => expect(other.heard).toEqual(events));
  });

  test('a listener that throws keeps no other from hearing, and one that left hears nothing', async () => {
    await using keys = openPrefix();
    const { one } = await openNodes(keys.prefix);
    const leave = one.bus.subscribe(() => {
      throw new Error('a listener failed');
    });
    const late = vi.fn();
    one.bus.subscribe(late);
    one.bus.publish(tools);
    expect(late).toHaveBeenCalledExactlyOnceWith(tools);
    expect(one.errors.map(({ message }) => message)).toEqual(['a listener failed']);
    leave();
    leave();
    one.bus.publish(tools);
    expect(one.errors).toHaveLength(1);
  });

  test('while Redis is away, changes are heard where they happen; elsewhere once, when it is back', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const { nodes, one, other } = await openNodes(keys.prefix, proxy.url);
    await proxy.cut();
    await eventually(() => nodes.forEach(({ errors }) => expect(errors).toHaveLength(1)));

    // What is told several times meanwhile need not be heard several times.
    for (const event of [tools, updated('app://1'), tools, updated('app://2')]) one.bus.publish(event);
    other.bus.publish(prompts);
    expect(one.heard).toEqual([tools, updated('app://1'), tools, updated('app://2')]);
    expect(other.heard).toEqual([prompts]);
    await sleep(300);
    await proxy.restore();

    await eventually(() => {
      expect(other.heard).toEqual(
        expect.arrayContaining([prompts, tools, updated('app://1'), updated('app://2')]),
      );
      expect(one.heard.slice(4)).toEqual([prompts]);
    });
    one.bus.publish(resources);
    await eventually(() => expect(other.heard.at(-1)).toEqual(resources));
    expect(other.heard.filter((event) => event.kind === 'resource_updated')).toHaveLength(2);
    // The first may have been on its way when Redis went.
    expect(other.heard.filter((event) => event.kind === 'tools_list_changed').length).toBeLessThanOrEqual(2);
    for (const { errors } of nodes) {
      expect(errors.map(({ message }) => message)).toEqual(
        expect.arrayContaining([
          'Redis cannot be reached; this node is told of changes on other nodes when it is back',
        ]),
      );
      expect(errors.length).toBeLessThanOrEqual(2);
    }
  });

  test('what others changed while a node could not reach Redis, it hears when it can', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const there = await openNode(keys.prefix);
    const away = await openNode(keys.prefix, proxy.url);
    const admin = new Redis(redisUrl);
    onTestFinished(() => admin.disconnect());
    await eventually(async () => expect(await admin.xlen(`${keys.prefix}changes`)).toBe(2));
    await proxy.cut();
    const events = [updated('app://1'), tools, updated('app://1')];
    for (const event of events) {
      there.bus.publish(event);
      await sleep(20);
    }
    expect(away.heard).toEqual([]);
    await proxy.restore();
    await eventually(() => expect(away.heard).toEqual(events));
  });

  test('a Redis that is silent is left, and what it held back is heard once', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const { one, other } = await openNodes(keys.prefix, proxy.url);
    proxy.freeze();
    one.bus.publish(updated('app://1'));
    await eventually(() => expect(one.errors).not.toEqual([]));
    await proxy.restore();
    await eventually(() => expect(other.heard).toEqual([updated('app://1')]));
    one.bus.publish(tools);
    await eventually(() => expect(other.heard).toEqual([updated('app://1'), tools]));
    expect(one.heard).toEqual([updated('app://1'), tools]);
  });

  test('a change that is sent again, because nobody answered, is heard once', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const one = await openNode(keys.prefix, proxy.url);
    const other = await openNode(keys.prefix);
    const admin = new Redis(redisUrl);
    onTestFinished(() => admin.disconnect());
    await eventually(async () => expect(await admin.xlen(`${keys.prefix}changes`)).toBe(2));
    one.bus.publish(prompts);
    await eventually(() => expect(other.heard).toEqual([prompts]));
    proxy.muffle();
    one.bus.publish(tools);
    await eventually(() => expect(one.errors).not.toEqual([]));
    await proxy.restore();
    one.bus.publish(resources);
    await eventually(() => expect(other.heard).toEqual([prompts, tools, resources]));
    // It did arrive twice.
    expect(await admin.xlen(`${keys.prefix}changes`)).toBeGreaterThanOrEqual(6);
  });

  test('a Redis that comes back empty may have lost something, and everybody is told that any list may have changed', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const { nodes, admin } = await openNodes(keys.prefix, proxy.url);
    await proxy.cut();
    await eventually(() => nodes.forEach(({ errors }) => expect(errors).toHaveLength(1)));
    await admin.del(`${keys.prefix}changes`);
    await proxy.restore();
    await eventually(() => nodes.forEach(({ heard }) => expect(heard).toEqual([tools, prompts, resources])));
    nodes[0].bus.publish(tools);
    await eventually(() => expect(nodes[1].heard).toEqual([tools, prompts, resources, tools]));
  });

  test('a node that starts while Redis is away hears of changes when it is back', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    await proxy.cut();
    const one = await openNode(keys.prefix, proxy.url);
    await eventually(() => expect(one.errors).toHaveLength(1));
    await proxy.restore();
    await eventually(() => expect(one.heard).toEqual([tools, prompts, resources]));
    const other = await openNode(keys.prefix);
    other.bus.publish(updated('app://1'));
    await eventually(() => expect(one.heard.at(-1)).toEqual(updated('app://1')));
  });

  test('more changes than can be kept are summed up', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const { one, other, nodes } = await openNodes(keys.prefix, proxy.url);
    await proxy.cut();
    await eventually(() => nodes.forEach(({ errors }) => expect(errors).toHaveLength(1)));
    for (let index = 0; index < 1500; index++) one.bus.publish(updated(`app://${index}`));
    expect(one.heard).toHaveLength(1500);
    await proxy.restore();
    await eventually(() => expect(other.heard.at(-1)).toEqual(updated('app://1499')));
    expect(other.heard).toEqual(expect.arrayContaining([tools, prompts, resources]));
    expect(other.heard.length).toBeLessThan(600);
  });

  test('what processes tell each other of sessions is not summed up as changes', async () => {
    await using keys = openPrefix();
    await using proxy = await openTcpProxy(redisUrl);
    const { one, other, nodes } = await openNodes(keys.prefix, proxy.url);
    await proxy.cut();
    await eventually(() => nodes.forEach(({ errors }) => expect(errors).toHaveLength(1)));
    // Cast: the type names only what clients hear of.
    const signal = (session: number) => ({ kind: 'session', session }) as unknown as Event;
    for (let index = 0; index < 1500; index++) one.bus.publish(signal(index));
    await proxy.restore();
    await eventually(() => expect(other.heard.at(-1)).toEqual(signal(1499)));
    expect(other.heard.length).toBeGreaterThanOrEqual(500);
    expect(new Set(other.heard.map(({ kind }) => kind))).toEqual(new Set(['session']));
  });

  test('close() sends what is still to be sent', async () => {
    await using keys = openPrefix();
    const { one, other } = await openNodes(keys.prefix);
    one.bus.publish(tools);
    one.bus.publish(prompts);
    await one.close();
    await eventually(() => expect(other.heard).toEqual([tools, prompts]));
    one.bus.publish(tools);
    await sleep(100);
    expect(other.heard).toEqual([tools, prompts]);
  });
});
