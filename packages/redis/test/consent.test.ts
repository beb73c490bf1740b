import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Nodes, startNodes } from './nodes.ts';
import { accepted, type Answer, declined, type Round, send, textOf } from './rounds.ts';
import { describeRedis, redisUrl } from './server.ts';

let nodes: Nodes;
let count = 0;

/** A customer whom no other test knows. */
function newId(): string {
  return `customer-${++count}`;
}

/** What has run for a customer, on either node. */
function runsOf(id: string): Promise<string[]> {
  return nodes.runsOf(id);
}

/** A call whose consent is asked for by the first node. */
async function ask(id: string, name = 'deactivate'): Promise<Round> {
  const call = { name, arguments: { id } };
  const { result } = await send(nodes.one.url, call);
  expect(result?.resultType).toBe('input_required');
  const verb = { deactivate: 'Deactivate', remove: 'Remove' }[name];
  expect(result?.inputRequests?.['confirm']?.params.message).toBe(`${verb} customer "${id}"?`);
  return { ...call, requestState: result!.requestState! };
}

const stateError = expect.objectContaining({ code: -32_602, message: expect.stringMatching(/requestState/) });

/** Nothing came of it, whatever was said. */
function expectRefused(answer: Answer): void {
  expect(answer.error ?? answer.result?.isError).toBeTruthy();
}

beforeAll(async () => {
  if (redisUrl) nodes = await startNodes(redisUrl);
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

describeRedis('consent over two nodes', () => {
  test('is asked for by one and answered to the other, and the call runs once', async () => {
    const id = newId();
    const round = await ask(id);
    expect(await runsOf(id)).toEqual([]);
    const answer = await send(nodes.other.url, { ...round, inputResponses: accepted });
    expect(answer.result?.structuredContent).toEqual({ node: 'other' });
    expect(await runsOf(id)).toEqual(['deactivate']);
  });

  test('is given by the official client of 2026, whose rounds go to both nodes', async () => {
    const id = newId();
    const client = new Client(
      { name: 'test-client', version: '1.2.3' },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept', content: {} };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(nodes.balancer.url)));
    const before = nodes.balancer.routes.length;
    const { structuredContent } = await client.callTool({ name: 'deactivate', arguments: { id } });
    const rounds = nodes.balancer.routes.slice(before).filter(({ method }) => method === 'tools/call');
    await client.close();
    expect(structuredContent).toEqual({ node: expect.any(String) });
    expect(asked).toEqual([`Deactivate customer "${id}"?`]);
    expect(new Set(rounds.map(({ node }) => node)).size).toBe(2);
    expect(await runsOf(id)).toEqual(['deactivate']);
  });

  test.each([
    ['accept', ['deactivate']],
    ['decline', []],
    ['cancel', []],
  ] as const)('a client of 2025 that answers %s in its session runs %j', async (action, runs) => {
    const id = newId();
    const client = new LegacyClient(
      { name: 'test-client', version: '1.2.3' },
      { capabilities: { elicitation: {} } },
    );
    client.setRequestHandler(ElicitRequestSchema, () =>
      action === 'accept' ? { action, content: {} } : { action },
    );
    await client.connect(new LegacyTransport(new URL(nodes.balancer.url)));
    const { isError } = await client.callTool({ name: 'deactivate', arguments: { id } });
    await client.close();
    expect(isError ?? false).toBe(action !== 'accept');
    expect(await runsOf(id)).toEqual(runs);
  });

  test('a client that cannot ask is refused, and told what to do instead', async () => {
    const id = newId();
    const answer = await send(nodes.one.url, { name: 'deactivate', arguments: { id } }, { capabilities: {} });
    expect(textOf(answer)).toMatch(/^PRECONDITION_FAILED: this needs the consent of a person/);
    expect(await runsOf(id)).toEqual([]);
  });

  test('replayed, on either node, it runs nothing more', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    await send(nodes.one.url, round);
    for (const { url } of [nodes.one, nodes.other, nodes.one]) {
      expect(textOf(await send(url, round))).toMatch(/^CONFLICT: this consent was used already/);
    }
    expect(await runsOf(id)).toEqual(['deactivate']);
  });

  test('answered fifty times at the same moment on both nodes, it runs once', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    const urls = [nodes.one.url, nodes.other.url];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => send(urls[index % 2]!, round)),
    );
    expect(answers.filter(({ result }) => result?.isError !== true)).toHaveLength(1);
    expect(answers.filter((answer) => textOf(answer).startsWith('CONFLICT: '))).toHaveLength(49);
    expect(await runsOf(id)).toEqual(['deactivate']);
  });

  test('accepted here and declined there at the same moment, it is one of the two', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const id = newId();
      const round = await ask(id);
      const [yes, no] = await Promise.all([
        send(nodes.one.url, { ...round, inputResponses: accepted }),
        send(nodes.other.url, { ...round, inputResponses: declined }),
      ]);
      const hasRun = yes.result?.isError !== true;
      expect(textOf(no)).toMatch(hasRun ? /^CONFLICT: / : /^PRECONDITION_FAILED: the person declined/);
      expect(await runsOf(id)).toEqual(hasRun ? ['deactivate'] : []);
    }
  });

  test('carried to other arguments, it runs nothing, and stays good for its own', async () => {
    const [id, victim] = [newId(), newId()];
    const round = { ...(await ask(id)), inputResponses: accepted };
    for (const { url } of [nodes.one, nodes.other]) {
      expect((await send(url, { ...round, arguments: { id: victim } })).error).toEqual(stateError);
      expect((await send(url, { ...round, arguments: { id, force: true } })).error).toEqual(stateError);
      expectRefused(
        await send(url, { name: round.name, requestState: round.requestState!, inputResponses: accepted }),
      );
    }
    expect([...(await runsOf(id)), ...(await runsOf(victim))]).toEqual([]);
    await send(nodes.other.url, round);
    expect(await runsOf(id)).toEqual(['deactivate']);
  });

  test('carried to another tool, it runs nothing', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    for (const { url } of [nodes.one, nodes.other]) {
      expect((await send(url, { ...round, name: 'remove' })).error).toEqual(stateError);
    }
    expect(await runsOf(id)).toEqual([]);
  });

  test('carried to another caller, it runs nothing', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    for (const as of ['ben', '', 'Ann']) {
      expect((await send(nodes.other.url, round, { as })).error).toEqual(stateError);
    }
    expect(await runsOf(id)).toEqual([]);
  });

  test('answered too late, it runs nothing', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    const both = [nodes.one, nodes.other];
    await Promise.all(both.map((node) => node.tell({ kind: 'clock', aheadMs: 11 * 60_000 })));
    try {
      for (const { url } of both) expect((await send(url, round)).error).toEqual(stateError);
    } finally {
      await Promise.all(both.map((node) => node.tell({ kind: 'clock', aheadMs: 0 })));
    }
    expect(await runsOf(id)).toEqual([]);
  });

  test('tampered with, anywhere in its state, it runs nothing', async () => {
    const id = newId();
    const round = { ...(await ask(id)), inputResponses: accepted };
    const state = round.requestState!;
    const dot = state.lastIndexOf('.');
    const body = JSON.parse(Buffer.from(state.slice(3, dot), 'base64url').toString()) as { exp: number };
    const forged = Buffer.from(JSON.stringify({ ...body, exp: body.exp + 3600 })).toString('base64url');
    const flipped = Array.from({ length: 12 }, (_, index) => {
      const at = Math.floor(((index + 0.5) * state.length) / 12);
      return `${state.slice(0, at)}${state[at] === 'A' ? 'B' : 'A'}${state.slice(at + 1)}`;
    });
    const other = (await ask(id, 'remove')).requestState!;
    const states = [
      '',
      'x',
      ...flipped,
      state.slice(0, dot),
      state.slice(0, dot + 1),
      `${state}A`,
      `${state.slice(0, 3)}${forged}${state.slice(dot)}`,
      `${state.slice(0, dot)}${other.slice(other.lastIndexOf('.'))}`,
    ];
    for (const requestState of states) {
      for (const { url } of [nodes.one, nodes.other]) {
        const answer = await send(url, { ...round, requestState });
        // No state at all is a call that is asked about anew.
        if (answer.result?.resultType !== 'input_required') expectRefused(answer);
      }
    }
    expect(await runsOf(id)).toEqual([]);
  });

  test('an answer without the question that was asked runs nothing', async () => {
    const id = newId();
    const call = { name: 'deactivate', arguments: { id } };
    const answer = await send(nodes.one.url, { ...call, inputResponses: accepted });
    expect(answer.result?.resultType).toBe('input_required');
    expect(await runsOf(id)).toEqual([]);
  });

  test.each([
    ['nothing', {}],
    ['something else', { other: { action: 'accept', content: {} } }],
    ['an action that there is not', { confirm: { action: 'yes' } }],
    ['a text', { confirm: 'accept' }],
    ['nothing in its place', { confirm: null }],
  ])('answered with %s, it runs nothing', async (_name, inputResponses) => {
    const id = newId();
    const round = await ask(id);
    const answer = await send(nodes.other.url, {
      ...round,
      inputResponses,
    });
    if (answer.result?.resultType !== 'input_required') expectRefused(answer);
    expect(await runsOf(id)).toEqual([]);
  });

  test('declined, it runs nothing, and cannot be accepted afterwards', async () => {
    const id = newId();
    const round = await ask(id);
    const no = await send(nodes.one.url, { ...round, inputResponses: declined });
    expect(textOf(no)).toMatch(/^PRECONDITION_FAILED: the person declined, and nothing was done/);
    const yes = await send(nodes.other.url, { ...round, inputResponses: accepted });
    expect(textOf(yes)).toMatch(/^CONFLICT: this consent was used already/);
    expect(await runsOf(id)).toEqual([]);
  });

  test('never answered, it runs nothing, and the call can be made again', async () => {
    const id = newId();
    await ask(id);
    const round = await ask(id);
    expect(await runsOf(id)).toEqual([]);
    await send(nodes.other.url, { ...round, inputResponses: accepted });
    expect(await runsOf(id)).toEqual(['deactivate']);
  });
});

describeRedis('an idempotency key over two nodes', () => {
  const extend = (url: string, args: Record<string, unknown>, as?: string) =>
    send(url, { name: 'extend', arguments: { days: 7, ...args } }, as === undefined ? {} : { as });

  test('a hundred calls at once are one execution and one answer', async () => {
    const id = newId();
    const urls = [nodes.one.url, nodes.other.url];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => extend(urls[index % 2]!, { id, _idempotencyKey: 'k' })),
    );
    expect(await runsOf(id)).toEqual(['extend']);
    const texts = new Set(answers.map(textOf));
    expect(texts.size).toBe(1);
    expect([...texts][0]).toMatch(/^\{"node":"(one|other)","at":"\d+"\}$/);
    expect(answers.every(({ result }) => result?.isError !== true)).toBe(true);
    // And so is whoever comes later.
    expect(new Set([textOf(await extend(nodes.balancer.url, { id, _idempotencyKey: 'k' }))])).toEqual(texts);
    expect(await runsOf(id)).toEqual(['extend']);
  });

  test('with other arguments it is refused, and nothing runs', async () => {
    const [id, other] = [newId(), newId()];
    await extend(nodes.one.url, { id, _idempotencyKey: 'mine' });
    const answer = await extend(nodes.other.url, { id: other, _idempotencyKey: 'mine' });
    expect(textOf(answer)).toMatch(/^CONFLICT: this _idempotencyKey was used with other arguments/);
    expect(await runsOf(other)).toEqual([]);
  });

  test('each caller has keys of their own', async () => {
    const id = newId();
    await extend(nodes.one.url, { id, _idempotencyKey: 'same' }, 'ann');
    await extend(nodes.other.url, { id, _idempotencyKey: 'same' }, 'ben');
    expect(await runsOf(id)).toEqual(['extend', 'extend']);
  });

  test('without one, each call runs', async () => {
    const id = newId();
    await Promise.all([extend(nodes.one.url, { id }), extend(nodes.other.url, { id })]);
    expect(await runsOf(id)).toEqual(['extend', 'extend']);
  });
});
