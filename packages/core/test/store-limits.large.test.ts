import { initTRPC, TRPCError } from '@trpc/server';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import type { AuthOptions, HandlerOptions, McpMeta } from '../src/index.ts';
import { type Answer, headersOf, toAnswer, toMessage } from './messages.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create({ isDev: false });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function megabytesOf(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

const as = (user: string) => ({ authorization: `Bearer ${user}` });

async function post(
  handler: FetchMcpHandler,
  body: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const init = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  };
  return toAnswer(await handler(new Request('http://localhost/mcp', init)));
}

function call(
  handler: FetchMcpHandler,
  name: string,
  args: Record<string, unknown>,
  headers: Record<string, string> = as('ann'),
  more: object = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const message = toMessage('modern', 'tools/call', { name, arguments: args, ...more });
  return post(handler, message, { ...headersOf('modern', 'tools/call', { name }), ...headers }, signal);
}

const textOf = ({ body }: Answer) =>
  (body as { result?: { content?: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);
const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const stateOf = ({ body }: Answer) => (body as { result: { requestState: string } }).result.requestState;
const accepted = { confirm: { action: 'accept', content: {} } };

/** Runs of what must run once, by key. */
class Runs {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, this.of(what) + 1);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }
}

function createRouter(runs: Runs) {
  const once = t.procedure.meta({ mcp: { idempotent: true } });
  return t.router({
    pay: once.input(z.object({ id: z.string() })).mutation(({ input }) => {
      runs.add(input.id);
      return `paid ${input.id}`;
    }),
    report: once.input(z.object({ id: z.string(), size: z.number() })).mutation(({ input }) => {
      runs.add(input.id);
      // Not one text that is shared: what is kept is what is counted.
      return Buffer.alloc(input.size, `${input.id} `).toString('latin1');
    }),
    files: once.input(z.object({ id: z.string(), size: z.number() })).mutation(({ input }) => {
      runs.add(input.id);
      return { bytes: new Uint8Array(input.size).fill(7) };
    }),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        runs.add(input.id);
        return `closed ${input.id}`;
      }),
  });
}

function open(runs: Runs, options: HandlerOptions = {}) {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  return mcpHandler(createRouter(runs), { createContext: () => ({}), onError: () => {}, ...options });
}

describe('the store in memory', () => {
  test.each(['report', 'files'] as const)(
    'holds less than what was answered by %s, and nobody pays twice',
    async (name) => {
      const runs = new Runs();
      const handler = open(runs);
      const size = 2 * 2 ** 20;
      const count = 30;
      await call(handler, name, { id: 'first', size, _idempotencyKey: 'first' });
      const before = await megabytesOf();
      for (let index = 0; index < count; index++) {
        await call(handler, name, { id: `r${index}`, size, _idempotencyKey: `k${index}` });
      }
      const held = (await megabytesOf()) - before;
      expect(held).toBeLessThan((count * size) / 2 ** 20 / 1.5);
      for (let index = 0; index < count; index += 7) {
        await call(handler, name, { id: `r${index}`, size, _idempotencyKey: `k${index}` });
        expect(runs.of(`r${index}`), `call ${index}`).toBeLessThanOrEqual(1);
      }
      // What is small has its place still, for this caller and for another.
      for (const user of ['ann', 'ben']) {
        const args = { id: `small ${user}`, _idempotencyKey: 'small' };
        const first = textOf(await call(handler, 'pay', args, as(user)));
        expect(textOf(await call(handler, 'pay', args, as(user)))).toBe(first);
        expect(runs.of(`small ${user}`)).toBeLessThanOrEqual(1);
      }
    },
    120_000,
  );

  test.each([
    ['large answers', 'report', 100, 2 ** 20],
    ['answers of some size', 'report', 5000, 20_000],
  ] as const)(
    "keeps a caller's key and a spent consent, whatever another asks for: %s",
    async (_, name, count, size) => {
      const runs = new Runs();
      const handler = open(runs);
      const mine = { id: 'mine', _idempotencyKey: 'mine' };
      const first = textOf(await call(handler, 'pay', mine));
      const consent = { _meta: canAsk };
      const state = stateOf(await call(handler, 'close', { id: 'c1' }, as('ann'), consent));
      const given = { ...consent, requestState: state, inputResponses: accepted };
      expect(textOf(await call(handler, 'close', { id: 'c1' }, as('ann'), given))).toBe('closed c1');
      for (let index = 0; index < count; index++) {
        await call(handler, name, { id: 'flood', size, _idempotencyKey: `k${index}` }, as('mallory'));
      }
      expect(textOf(await call(handler, 'pay', mine))).toBe(first);
      expect(textOf(await call(handler, 'close', { id: 'c1' }, as('ann'), given))).toMatch(/^CONFLICT/);
      expect([runs.of('mine'), runs.of('c1')]).toEqual([1, 1]);
      // Another caller is not refused for it.
      const other = { id: 'others', _idempotencyKey: 'k' };
      expect(textOf(await call(handler, 'pay', other, as('ben')))).toBe('paid others');
    },
    120_000,
  );

  test('keeps them against as many keys of one caller as a thousand requests can hold', async () => {
    const runs = new Runs();
    const handler = open(runs);
    const mine = { id: 'mine', _idempotencyKey: 'mine' };
    await call(handler, 'pay', mine);
    const consent = { _meta: canAsk };
    const state = stateOf(await call(handler, 'close', { id: 'c1' }, as('ann'), consent));
    const given = { ...consent, requestState: state, inputResponses: accepted };
    await call(handler, 'close', { id: 'c1' }, as('ann'), given);
    const legacy = { ...headersOf('legacy', 'tools/call'), ...as('mallory') };
    for (let round = 0; round < 1001; round++) {
      const batch = Array.from({ length: 100 }, (_, index) => ({
        jsonrpc: '2.0',
        id: index,
        method: 'tools/call',
        params: { name: 'pay', arguments: { id: 'flood', _idempotencyKey: `${round}.${index}` } },
      }));
      await post(handler, batch, legacy);
    }
    expect(textOf(await call(handler, 'pay', mine))).toBe('paid mine');
    expect(textOf(await call(handler, 'close', { id: 'c1' }, as('ann'), given))).toMatch(/^CONFLICT/);
    expect([runs.of('mine'), runs.of('c1')]).toEqual([1, 1]);
  }, 300_000);

  test('refuses a key that it cannot keep before anything runs, and keeps those it has', async () => {
    const runs = new Runs();
    const handler = open(runs);
    // Small enough to be kept: the share of a caller is full before all of them ran.
    const size = 100_000;
    const texts: string[] = [];
    for (let index = 0; index < 400; index++) {
      const id = `r${index}`;
      texts.push(textOf(await call(handler, 'report', { id, size, _idempotencyKey: id })).slice(0, 40));
    }
    expect(texts.filter((text) => text.startsWith('TOO_MANY_REQUESTS: ')).length).toBeGreaterThan(100);
    for (let index = 0; index < 400; index += 13) {
      const id = `r${index}`;
      await call(handler, 'report', { id, size, _idempotencyKey: id });
      const isRefused = /^[A-Z_]+: /.test(texts[index]!);
      // One that was refused is refused again; one that has run never runs again.
      expect(runs.of(id), id).toBeLessThanOrEqual(1);
      if (!isRefused) expect(runs.of(id), id).toBe(1);
    }
  }, 120_000);
});

interface World {
  isRevoked: boolean;
  isVisible: boolean;
  scopes: string[];
  isAllowed: boolean;
  isContextBroken: boolean;
  isAuthorized: boolean;
  before: number;
  after: number;
  ran: number;
}

/** An app in which everything that lets a caller in can change. */
function openChanging() {
  const world: World = {
    isRevoked: false,
    isVisible: true,
    scopes: ['pay'],
    isAllowed: true,
    isContextBroken: false,
    isAuthorized: true,
    before: 0,
    after: 0,
    ran: 0,
  };
  const pay = t.procedure
    .meta({ mcp: { idempotent: true, scopes: ['pay'], visible: () => world.isVisible } })
    .use(({ next }) => {
      world.before++;
      if (!world.isAllowed) throw new TRPCError({ code: 'FORBIDDEN', message: 'no longer a customer' });
      return next();
    })
    .input(z.object({ amount: z.number() }))
    .use(({ next }) => {
      world.after++;
      return next();
    })
    .mutation(({ input }) => {
      world.ran++;
      return `paid ${input.amount}`;
    });
  const without = t.procedure
    .meta({ mcp: { idempotent: true, scopes: ['pay'], visible: () => world.isVisible } })
    .use(({ next }) => {
      world.before++;
      if (!world.isAllowed) throw new TRPCError({ code: 'FORBIDDEN', message: 'no longer a customer' });
      return next();
    })
    .mutation(() => {
      world.ran++;
      return 'paid';
    });
  const fails = t.procedure
    .meta({ mcp: { idempotent: true, scopes: ['pay'], visible: () => world.isVisible } })
    .use(({ next }) => {
      if (!world.isAllowed) throw new TRPCError({ code: 'FORBIDDEN', message: 'no longer a customer' });
      return next();
    })
    .input(z.object({ amount: z.number() }))
    .mutation(() => {
      world.ran++;
      throw new TRPCError({ code: 'CONFLICT', message: 'the secret balance is 5' });
    });
  const auth: AuthOptions = {
    authenticate: () => {
      if (world.isRevoked) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'revoked' });
      return {
        token: 't',
        clientId: 'app',
        scopes: world.scopes,
        subject: 'ann',
        extra: { sub: 'ann' },
      };
    },
    authorize: () => world.isAuthorized,
  };
  const handler = mcpHandler(t.router({ pay, without, fails }), {
    auth,
    onError: () => {},
    createContext: () => {
      if (world.isContextBroken) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'signed out' });
      return {};
    },
  });
  return { world, handler };
}

describe('the answer of a key', () => {
  const withKey = { _idempotencyKey: 'k' };
  const argsOf = (name: string) => (name === 'without' ? withKey : { ...withKey, amount: 5 });
  const secretOf: Record<string, RegExp> = {
    pay: /paid 5/,
    without: /paid/,
    fails: /secret balance/,
  };

  const changes: [string, Partial<World>, number | undefined][] = [
    ['whose token was revoked', { isRevoked: true }, 401],
    ['whom authorize refuses by now', { isAuthorized: false }, 403],
    ['from whom the tool is hidden by now', { isVisible: false }, undefined],
    ['who has lost a scope', { scopes: [] }, 403],
    ['whose scopes are others by now', { scopes: ['read'] }, 403],
    ['whom middleware refuses by now', { isAllowed: false }, 403],
    // A tool that is hidden from some is hidden when nobody knows from whom.
    ['for whom no context can be made', { isContextBroken: true }, undefined],
  ];

  describe.each(['pay', 'without', 'fails'])('of %s', (name) => {
    test.each(changes)('is not given to a caller %s', async (_, change, status) => {
      const { world, handler } = openChanging();
      expect(textOf(await call(handler, name, argsOf(name)))).toMatch(secretOf[name]!);
      const before = { ...world };
      Object.assign(world, change);
      const refused = await call(handler, name, argsOf(name));
      if (status !== undefined) expect(refused.status).toBe(status);
      expect(JSON.stringify(refused.body)).not.toMatch(secretOf[name]!);
      if (change.isVisible === false) {
        const unknown = await call(handler, 'nowhere', argsOf(name));
        expect(JSON.stringify(refused.body).replaceAll(name, 'nowhere')).toBe(JSON.stringify(unknown.body));
      }
      // It is there still for whoever may have it, and nothing ran twice.
      Object.assign(world, { ...before, before: world.before, after: world.after, ran: world.ran });
      expect(textOf(await call(handler, name, argsOf(name)))).toMatch(secretOf[name]!);
      expect(world.ran).toBe(1);
    });
  });

  test('is given after the middleware before .input() has run, and nothing that comes after it has', async () => {
    const { world, handler } = openChanging();
    for (let round = 0; round < 3; round++) await call(handler, 'pay', argsOf('pay'));
    expect(world).toMatchObject({ before: 3, after: 1, ran: 1 });
  });

  test('of other arguments tells nothing to a caller who may not call', async () => {
    const { world, handler } = openChanging();
    await call(handler, 'pay', argsOf('pay'));
    world.isAllowed = false;
    const refused = await call(handler, 'pay', { ...withKey, amount: 6 });
    expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining('no longer a customer')]);
  });
});

describe('what may be tried again', () => {
  const codes = [
    'TIMEOUT',
    'BAD_GATEWAY',
    'GATEWAY_TIMEOUT',
    'SERVICE_UNAVAILABLE',
    'TOO_MANY_REQUESTS',
    'CLIENT_CLOSED_REQUEST',
  ] as const;

  test.each(codes)('is not kept: %s', async (code) => {
    let tries = 0;
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => {
        if (++tries === 1) throw new TRPCError({ code, message: 'not now' });
        return 'paid';
      }),
    });
    const handler = mcpHandler(router, { createContext: () => ({}), onError: () => {} });
    const args = { _idempotencyKey: 'k' };
    expect(textOf(await call(handler, 'pay', args))).toContain('not now');
    expect(textOf(await call(handler, 'pay', args))).toBe('paid');
    expect(textOf(await call(handler, 'pay', args))).toBe('paid');
    expect(tries).toBe(2);
  });

  test.each([
    ['of the tool', { timeoutMs: 500 }, {}],
    ['of the handler', {}, { timeoutMs: 500 }],
  ])('is not kept: a deadline %s', async (_, mcp, options) => {
    let tries = 0;
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true, ...mcp } }).mutation(({ signal }) => {
        if (++tries > 1) return 'paid';
        return new Promise<string>((_resolve, reject) => {
          signal!.addEventListener('abort', () => reject(new Error('ended')), { once: true });
        });
      }),
    });
    const handler = mcpHandler(router, { createContext: () => ({}), onError: () => {}, ...options });
    const args = { _idempotencyKey: 'k' };
    expect(textOf(await call(handler, 'pay', args))).toMatch(/^TIMEOUT/);
    expect(textOf(await call(handler, 'pay', args))).toBe('paid');
    expect(tries).toBe(2);
  });

  test.each([
    ['throws the reason', (signal: AbortSignal) => signal.reason as Error],
    ['throws an AbortError', () => new DOMException('ended', 'AbortError')],
    ['throws an error of its own', () => new Error('ended')],
  ])(
    'is not kept: a call that was hung up on and %s',
    async (_, toError) => {
      let tries = 0;
      let started = () => {};
      const underWay = new Promise<void>((resolve) => (started = resolve));
      const router = t.router({
        pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(({ signal }) => {
          if (++tries > 1) return 'paid';
          started();
          return new Promise<string>((_resolve, reject) => {
            signal!.addEventListener('abort', () => reject(toError(signal!)), { once: true });
          });
        }),
      });
      const handler = mcpHandler(router, { createContext: () => ({}), onError: () => {} });
      const args = { _idempotencyKey: 'k' };
      const leave = new AbortController();
      const first = call(handler, 'pay', args, as('ann'), {}, leave.signal).catch(() => {});
      await underWay;
      // Another client waits for the same answer.
      const waiter = call(handler, 'pay', args);
      await new Promise((resolve) => setTimeout(resolve, 30));
      leave.abort();
      await first;
      expect(textOf(await waiter)).toBe('paid');
      expect(textOf(await call(handler, 'pay', args))).toBe('paid');
      expect(tries).toBe(2);
    },
    10_000,
  );

  test('is kept where it is final, as it was', async () => {
    let tries = 0;
    const router = t.router({
      pay: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => {
        tries++;
        throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
      }),
    });
    const handler = mcpHandler(router, { createContext: () => ({}), onError: () => {} });
    for (let round = 0; round < 3; round++) {
      expect(textOf(await call(handler, 'pay', { _idempotencyKey: 'k' }))).toContain('taken');
    }
    expect(tries).toBe(1);
  });
});
