import { initTRPC, TRPCError } from '@trpc/server';
import express from 'express';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import type { McpMeta } from '../../src/index.ts';
import { eras, headersOf, toMessage } from '../messages.ts';
import { seed } from '../schema/generated/seed.ts';
import { listen } from '../server.ts';

const secret = 'hunter2-of-postgres://app';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A TRPCError of another copy of tRPC. */
class OtherTRPCError extends Error {
  override readonly name = 'TRPCError';
  readonly code: unknown;
  constructor(code: unknown, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Makes an error with a property that throws the secret when it is read: always, or only from the second or third
 * read on.
 */
function trap(key: string, looks: number): Error {
  let seen = 0;
  const error = new Error('a harmless message');
  const usual = (error as unknown as Record<string, unknown>)[key];
  return Object.defineProperty(error, key, {
    get() {
      if (seen++ >= looks) throw new Error(secret);
      return usual;
    },
  });
}

function trapped(looks: number): object {
  let seen = 0;
  const spring = () => {
    if (seen++ >= looks) throw new Error(secret);
  };
  return new Proxy(new Error(secret), {
    get(target, key) {
      spring();
      return Reflect.get(target, key) as unknown;
    },
    getPrototypeOf(target) {
      spring();
      return Reflect.getPrototypeOf(target);
    },
    has(target, key) {
      spring();
      return Reflect.has(target, key);
    },
    ownKeys(target) {
      spring();
      return Reflect.ownKeys(target);
    },
  });
}

/** Makes an error whose message changes with every read. */
function restless(): Error {
  let asked = 0;
  return Object.defineProperty(new Error(), 'message', { get: () => `${secret} ${asked++}` });
}

const code = fc.constantFrom(
  'UNAUTHORIZED' as const,
  'FORBIDDEN' as const,
  'BAD_REQUEST' as const,
  'NOT_FOUND' as const,
  'CONFLICT' as const,
  'TOO_MANY_REQUESTS' as const,
  'INTERNAL_SERVER_ERROR' as const,
);
const hostileKey = fc.constantFrom('message', 'stack', 'name', 'code', 'cause', 'toJSON', 'then', 'issues');

/**
 * Values that no app wrote for a caller, each with a name for a failing run. Made again for each throw, because some
 * keep state.
 */
const inner: fc.Arbitrary<[string, () => unknown]> = fc.oneof(
  fc.constantFrom<[string, () => unknown]>(
    ['a string', () => secret],
    ['a symbol', () => Symbol(secret)],
    ['a bigint', () => 42n],
    ['nothing', () => undefined],
    ['null', () => null],
    ['an object', () => ({ message: secret, code: secret, detail: { password: secret } })],
    ['an object without a prototype', () => Object.assign(Object.create(null) as object, { secret })],
    ['an object with issues', () => ({ message: secret, status: 401, statusCode: 401 })],
    ['a function', () => () => secret],
    ['an error', () => new Error(secret)],
    ['an error with causes', () => new Error(secret, { cause: new Error(secret, { cause: secret }) })],
    ['an AggregateError', () => new AggregateError([new Error(secret), secret], secret)],
    ['a DOMException', () => new DOMException(secret, 'AbortError')],
    ['an error that is its own cause', () => Object.assign(new Error(secret), { name: secret }) && loop()],
    ['a huge message', () => new Error(secret.repeat(10_000))],
    ['a header in a message', () => new Error(`x\r\nset-cookie: ${secret}`)],
    ['a Response', () => new Response(secret, { status: 401, headers: { 'www-authenticate': secret } })],
    ['a toString that throws', () => ({ toString: () => boom() })],
    ['a rejected promise', rejected],
    ['a message that is another one each time', restless],
    ['a revoked proxy', revoked],
    ['a TRPCError in name, without a code', () => Object.assign(new Error(secret), { name: 'TRPCError' })],
    ['a TRPCError in name, with a code of its own', () => new OtherTRPCError(secret, secret)],
    ['a TRPCError in name, with an object for a code', () => new OtherTRPCError({ secret }, secret)],
    ['a TRPCError in name, with a code of Object', () => new OtherTRPCError('constructor', secret)],
  ),
  fc
    .tuple(hostileKey, fc.nat(6))
    .map(([key, looks]): [string, () => unknown] => [
      `a ${key} that throws at look ${looks}`,
      () => trap(key, looks),
    ]),
  fc
    .nat(12)
    .map((looks): [string, () => unknown] => [`a proxy that throws at look ${looks}`, () => trapped(looks)]),
  fc
    .record({ key: hostileKey, looks: fc.nat(12), code })
    .map(({ key, looks, code: told }): [string, () => unknown] => [
      `a TRPCError in name whose ${key} throws at look ${looks}`,
      () => {
        const usual: Record<string, unknown> = {
          message: 'written by the app',
          code: told,
          name: 'TRPCError',
        };
        let seen = 0;
        return Object.defineProperty(new OtherTRPCError(told, 'written by the app'), key, {
          get() {
            if (seen++ >= looks) throw new Error(secret);
            return usual[key];
          },
        });
      },
    ]),
);

const things: fc.Arbitrary<[string, () => unknown]> = fc.oneof(
  inner,
  fc
    .tuple(code, inner)
    .map(([told, [name, make]]): [string, () => unknown] => [
      `a ${told} with the message of ${name}`,
      () => new TRPCError({ code: told, cause: make() }),
    ]),
  fc
    .tuple(code, inner)
    .map(([told, [name, make]]): [string, () => unknown] => [
      `a ${told} with a message of its own and ${name} for a cause`,
      () => new TRPCError({ code: told, message: 'written by the app', cause: make() }),
    ]),
  fc
    .tuple(code, inner)
    .map(([told, [name, make]]): [string, () => unknown] => [
      `another copy's ${told} with a message of its own and ${name} for a cause`,
      () => new OtherTRPCError(told, 'written by the app', make()),
    ]),
);

function loop(): Error {
  const error = new Error(secret);
  return Object.assign(error, { cause: error });
}

function boom(): never {
  throw new Error(secret);
}

function rejected(): Promise<never> {
  const promise = Promise.reject(new Error(secret));
  promise.catch(() => undefined);
  return promise;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const sites = [
  'createContext',
  'listing createContext',
  'middleware',
  'resolver',
  'input',
  'output',
  'result',
  'errorFormatter',
  'visible',
  'listing visible',
  'authenticate',
  'authorize',
  'toContent',
  'errorHint',
] as const;
type Site = (typeof sites)[number];

/** Makes a handler in which one place throws what `make` returns. */
function createHandler(site: Site, make: () => unknown, fastLane: boolean) {
  const fail = (here: Site) => {
    if (site === here) throw make();
  };
  const t = initTRPC
    .context<{ user: string }>()
    .meta<McpMeta>()
    .create({
      errorFormatter: ({ shape }) => {
        fail('errorFormatter');
        return shape;
      },
    });
  const written = () => {
    if (site === 'errorFormatter' || site === 'errorHint')
      throw new TRPCError({ code: 'CONFLICT', message: 'written by the app', cause: new Error(secret) });
  };
  const hides = site === 'visible' || site === 'listing visible' || site === 'listing createContext';
  const router = t.router({
    act: t.procedure
      .meta({
        mcp: {
          output: { type: 'object' },
          input: { type: 'object' },
          ...(hides && {
            visible: () => {
              fail('visible');
              fail('listing visible');
              return true;
            },
          }),
          ...(site === 'toContent' && {
            toContent: () => {
              throw make();
            },
          }),
          errorHint: () => {
            fail('errorHint');
            return undefined;
          },
        },
      })
      .use(({ next }) => {
        fail('middleware');
        return next();
      })
      .input((value: unknown) => {
        fail('input');
        return value;
      })
      .output((value: unknown) => {
        fail('output');
        return value as { fine: boolean };
      })
      .query(() => {
        fail('resolver');
        written();
        const trapDoor = {
          fine: true,
          get secret(): string {
            fail('result');
            return '';
          },
        };
        return trapDoor;
      }),
  });
  return mcpHandler(router, {
    createContext: () => {
      fail('createContext');
      fail('listing createContext');
      return { user: 'ada' };
    },
    ...((site === 'authenticate' || site === 'authorize') && {
      auth: {
        authenticate: () => {
          fail('authenticate');
          return undefined;
        },
        authorize: () => {
          fail('authorize');
          return true;
        },
      },
    }),
    onError: () => undefined,
    fastLane,
  });
}

describe.each(['production', 'development'])('in %s', (mode) => {
  test(
    'whatever is thrown, wherever, never shows on the wire what the app did not write',
    { timeout: 90_000 },
    async () => {
      vi.stubEnv('NODE_ENV', mode);
      let make: () => unknown = () => undefined;
      const app = express();
      for (const site of sites) {
        for (const lane of [true, false])
          app.use(
            `/${sites.indexOf(site)}/${lane}`,
            createHandler(site, () => make(), lane),
          );
      }
      await using server = await listen(app);
      const property = fc.asyncProperty(
        fc.constantFrom(...sites),
        fc.constantFrom(...eras),
        fc.boolean(),
        things,
        async (site, era, lane, [, thing]) => {
          make = thing;
          const method = site.startsWith('listing') ? 'tools/list' : 'tools/call';
          const params = method === 'tools/call' ? { name: 'act', arguments: {} } : {};
          const response = await fetch(`${server.url}/${sites.indexOf(site)}/${lane}`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              ...headersOf(era, method, params),
            },
            body: JSON.stringify(toMessage(era, method, params)),
            signal: AbortSignal.timeout(5000),
          });
          const body = await response.text();
          const wire = JSON.stringify([response.status, response.statusText, ...response.headers, body]);
          expect(wire).not.toContain('hunter2');
          expect(wire).not.toMatch(/node_modules|\.ts:\d|\.test\.ts|\\n\s+at /);
          expect(JSON.parse(body)).toEqual({
            jsonrpc: '2.0',
            ...(body.includes('"result":{') ? { result: expect.any(Object) } : { error: expect.any(Object) }),
            id: expect.anything(),
          });
        },
      );
      await fc.assert(property, { seed, numRuns: 600 });
    },
  );
});
