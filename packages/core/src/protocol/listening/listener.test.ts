import { InMemoryServerEventBus, type ServerEvent } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../call/caller.ts';
import { Subscriptions } from '../subscription.ts';
import { Listener } from './listener.ts';
import { onlyCaller } from '../caller-of.ts';
import { Listeners, mostOfCaller } from './listeners.ts';

const tools: ServerEvent = { kind: 'tools_list_changed' };
const updated = (uri: string): ServerEvent => ({ kind: 'resource_updated', uri });

/** A client that reads as many events as it is told to. */
function start(subscriptions?: Subscriptions) {
  const bus = new InMemoryServerEventBus();
  const listeners = new Listeners(bus, { name: 'app', version: '1' });
  const filter = { toolsListChanged: true, ...(subscriptions && { resourceSubscriptions: [] }) };
  const listener = new Listener(listeners, '7', filter, subscriptions, new TextEncoder().encode('hello'));
  const seen: string[] = [];
  let isEnded = false;
  let room = Number.POSITIVE_INFINITY;
  const open = () =>
    listener.open({
      write(chunk) {
        seen.push(new TextDecoder().decode(chunk));
        return --room > 0;
      },
      end: () => void (isEnded = true),
    });
  return {
    bus,
    listeners,
    listener,
    seen,
    open,
    isEnded: () => isEnded,
    allow: (count: number) => void (room = count),
    messages: () =>
      seen.slice(1).map((text) => JSON.parse(/^event: message\ndata: (.*)\n\n$/.exec(text)![1]!) as object),
  };
}

const stamp = { 'io.modelcontextprotocol/subscriptionId': 7 };
const toolsChanged = {
  jsonrpc: '2.0',
  method: 'notifications/tools/list_changed',
  params: { _meta: stamp },
};

describe('a client that listens', () => {
  test('hears of what it asked for, with the id of its subscription', () => {
    const { bus, open, seen, messages } = start();
    open();
    bus.publish(tools);
    bus.publish({ kind: 'prompts_list_changed' });
    bus.publish(updated('x://1'));
    bus.publish({ kind: 'of a session' } as unknown as ServerEvent);
    expect(seen[0]).toBe('hello');
    expect(messages()).toEqual([toolsChanged]);
  });

  test('keeps what else an event says, and only its own id', () => {
    const { bus, open, messages } = start();
    open();
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 'other', trace: 'a' };
    bus.publish({ kind: 'tools_list_changed', params: { _meta, reason: 'b' } });
    expect(messages()).toEqual([
      { ...toolsChanged, params: { reason: 'b', _meta: { trace: 'a', ...stamp } } },
    ]);
  });

  test('that does not read is told each change once, later and in order', async () => {
    const subscriptions = new Subscriptions();
    for (let index = 0; index < 1000; index++)
      subscriptions.add(`x://${index}`, () => Promise.resolve({ kind: 'passed' }));
    const { bus, open, seen, allow, listener, messages } = start(subscriptions);
    allow(1);
    open();
    for (let round = 0; round < 20; round++) {
      bus.publish(tools);
      for (let index = 0; index < 1000; index++) bus.publish(updated(`x://${index}`));
    }
    expect(seen).toEqual(['hello']);
    allow(Number.POSITIVE_INFINITY);
    listener.advance();
    await expect.poll(() => seen.length).toBeGreaterThan(1000);
    await new Promise((resolve) => setTimeout(resolve));
    expect(messages()[0]).toEqual(toolsChanged);
    // 20,020 were told of.
    expect(seen.length).toBeLessThan(3 * 1001);
  });

  test('reads on where it stopped', async () => {
    const { bus, open, seen, allow, listener } = start();
    allow(2);
    open();
    for (let index = 0; index < 5; index++) bus.publish(tools);
    expect(seen).toHaveLength(2);
    allow(2);
    listener.advance();
    await expect.poll(() => seen.length).toBe(4);
    allow(Number.POSITIVE_INFINITY);
    listener.advance();
    await expect.poll(() => seen.length).toBe(6);
  });

  test('is told of the end after what waits, and then of nothing', async () => {
    const { bus, open, seen, allow, listener, listeners, messages, isEnded } = start();
    allow(1);
    open();
    bus.publish(tools);
    listeners.close();
    bus.publish(tools);
    expect(seen).toHaveLength(1);
    expect(isEnded()).toBe(false);
    allow(Number.POSITIVE_INFINITY);
    listener.advance();
    await expect.poll(isEnded).toBe(true);
    const server = { name: 'app', version: '1' };
    const _meta = { ...stamp, 'io.modelcontextprotocol/serverInfo': server };
    const end = { jsonrpc: '2.0', id: 7, result: { resultType: 'complete', _meta } };
    expect(messages()).toEqual([toolsChanged, end]);
  });

  test('that comes when the handler is closed is told so', () => {
    const { open, listeners, messages, isEnded, bus } = start();
    listeners.close();
    open();
    expect(isEnded()).toBe(true);
    expect(messages()).toMatchObject([{ id: 7 }]);
    expect(bus.listenerCount).toBe(0);
  });

  test('leaves nothing behind, also while it is asked whether it may hear', async () => {
    let answer!: (rehearsal: { kind: 'passed' }) => void;
    const subscriptions = new Subscriptions();
    subscriptions.replace(['x://1'], () => () => new Promise((resolve) => (answer = resolve)));
    const { bus, open, seen, listener } = start(subscriptions);
    open();
    expect(bus.listenerCount).toBe(1);
    bus.publish(updated('x://1'));
    await expect.poll(() => seen.length).toBe(1);
    listener.leave();
    answer({ kind: 'passed' });
    await new Promise((resolve) => setTimeout(resolve));
    bus.publish(tools);
    expect(seen).toEqual(['hello']);
    expect(bus.listenerCount).toBe(0);
  });

  test('goes on where it could not be found out whether it may hear', async () => {
    const subscriptions = new Subscriptions();
    subscriptions.replace(['x://1'], () => () => Promise.reject(new Error('down')));
    const { bus, open, messages } = start(subscriptions);
    open();
    bus.publish(updated('x://1'));
    bus.publish(tools);
    await expect.poll(messages).toEqual([toolsChanged]);
  });
});

describe('the clients of one caller', () => {
  const words = /^1000 subscriptions of this caller are open here; end one/;

  /** Lets in as many clients of a caller as there is room for, and as many again at the same time. */
  function fill(listeners: Listeners, caller: Caller) {
    const seen: string[][] = [];
    const made = Array.from({ length: mostOfCaller + 2 }, (_, index) => {
      const text = new TextEncoder().encode('hello');
      const filter = { toolsListChanged: true };
      const owner = listeners.ownerOf(caller);
      return new Listener(listeners, String(index), filter, undefined, text, owner);
    });
    for (const listener of made) {
      const chunks: string[] = [];
      seen.push(chunks);
      const write = (chunk: Uint8Array) => chunks.push(new TextDecoder().decode(chunk)) > 0;
      listener.open({ write, end: () => void chunks.push('end') });
    }
    return { made, seen };
  }
  const create = () => {
    const bus = new InMemoryServerEventBus();
    return { bus, listeners: new Listeners(bus, { name: 'app', version: '1' }) };
  };
  const ada: Caller = { kind: 'identified', id: 'ada' };
  const bob: Caller = { kind: 'credential', id: 'bob' };

  test('have room for so many, also when all come at once, and others have theirs', () => {
    const { bus, listeners } = create();
    const { made, seen } = fill(listeners, ada);
    expect(seen.filter(({ length }) => length === 1)).toHaveLength(mostOfCaller);
    for (const chunks of seen.slice(mostOfCaller)) {
      expect(chunks).toEqual(['hello', expect.stringContaining('"error":{"code":-32603'), 'end']);
      expect(chunks[1]).toContain('1000 subscriptions of this caller');
    }
    expect(listeners.refuse(listeners.ownerOf(ada))?.message).toMatch(words);
    expect(listeners.refuse(listeners.ownerOf(bob))).toBeUndefined();
    for (const chunks of fill(listeners, bob).seen.slice(0, mostOfCaller)) expect(chunks).toEqual(['hello']);
    made[0]!.leave();
    // Leaving twice, or without having been let in, gives nothing back.
    made[0]!.leave();
    made.at(-1)!.leave();
    expect(listeners.refuse(listeners.ownerOf(ada))).toBeUndefined();
    const [, again] = [fill(listeners, ada), listeners.refuse(listeners.ownerOf(ada))];
    expect(again?.message).toMatch(words);
    expect(bus.listenerCount).toBe(1);
  });

  test('are counted no more when all of them have left', () => {
    const { bus, listeners } = create();
    for (let round = 0; round < 3; round++) {
      const { made, seen } = fill(listeners, ada);
      expect(seen.filter(({ length }) => length === 1)).toHaveLength(mostOfCaller);
      for (const listener of made) listener.leave();
    }
    expect(listeners.ownerOf(ada)).toEqual({ key: 'identified:ada', count: 0 });
    expect(bus.listenerCount).toBe(0);
  });

  test('share the room of all where nobody knows who they are', () => {
    for (const caller of [{ kind: 'unknown' }, onlyCaller] as const) {
      const { listeners } = create();
      for (const chunks of fill(listeners, caller).seen) expect(chunks).toEqual(['hello']);
      expect(listeners.refuse(listeners.ownerOf(caller))).toBeUndefined();
    }
  });
});
