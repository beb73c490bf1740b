import { initTRPC } from '@trpc/server';
import express from 'express';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler as expressHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import {
  bearer,
  type HandlerOptions,
  introspection,
  jwt,
  type McpMeta,
  SetupError,
  type SetupProblem,
} from '../src/index.ts';
import { headersOf, toMessage } from './messages.ts';
import { listen } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
const createContext = () => ({});

/** What is wrong with a handler that JavaScript makes. */
function problemsOf(make: () => unknown): readonly SetupProblem[] {
  try {
    make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(SetupError);
    return (thrown as SetupError).problems;
  }
  throw new Error('nothing was found at mount');
}

const mount = (options: object, served: unknown = router) => serveAny(served, options);
/** Serves any value, `undefined` included. */
const serveAny = (served: unknown, options: object) =>
  expressHandler(
    served as typeof router,
    options as HandlerOptions & { createContext: typeof createContext },
  );

/** Everything that the app's developer can read in a terminal. */
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  for (const level of ['warn', 'error', 'info', 'log'] as const) {
    vi.spyOn(console, level).mockImplementation((...what: unknown[]) => {
      printed.push(what.map((each) => (each instanceof Error ? each.message : String(each))).join(' '));
    });
  }
});
afterEach(() => void vi.restoreAllMocks());

const message = JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' }));
const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  ...headersOf('modern', 'tools/call', { name: 'ping' }),
};

/** What a client is told, or the reason that it was told nothing. */
async function ask(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: message,
    signal: AbortSignal.timeout(3000),
  });
  return { status: response.status, text: await response.text() };
}

describe('when nothing is tagged', () => {
  const empty = [
    ['no procedure at all', t.router({})],
    [
      'procedures without meta',
      t.router({ a: t.procedure.query(() => 1), b: t.router({ c: t.procedure.query(() => 1) }) }),
    ],
    ['procedures that are hidden', t.router({ a: t.procedure.meta({ mcp: false }).query(() => 1) })],
  ] as const;

  test.each(empty)('a warning at start says how to tag: %s', async (_, untagged) => {
    const handler = mount({ createContext }, untagged);
    await handler.ready();
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/\.meta\(\{ mcp: true \}\)/);
    await handler.close();
  });

  test('it is one warning, however often the endpoint is asked', async () => {
    const handler = mount({ createContext }, empty[1][1]);
    const app = express();
    app.use('/mcp', handler);
    await using server = await listen(app);
    await ask(`${server.url}/mcp`);
    await ask(`${server.url}/mcp`);
    expect(printed.filter((line) => /mcp: true/.test(line))).toHaveLength(1);
  });

  test('nothing is said where something is tagged, or is there by other means', async () => {
    await mount({ createContext }).ready();
    const page = t.procedure.meta({ mcp: { resource: { uri: 'x://page' } } }).query(() => 'text');
    await mount({ createContext }, t.router({ page })).ready();
    expect(printed).toEqual([]);
  });
});

describe('a handler of another host', () => {
  /** The client's answer and the developer's terminal, as one text. */
  const tell = async (url: string) => {
    const { status, text } = await ask(url);
    return { status, text: [text, ...printed].join('\n') };
  };

  test('of fetch, mounted in Express, says which one to import', async () => {
    const app = express();
    app.set('env', 'test');
    app.use('/mcp', fetchHandler(router, { createContext }) as never);
    app.use(((error: unknown, _req, res, _next) => {
      res.status(500).send(String(error));
    }) as express.ErrorRequestHandler);
    await using server = await listen(app);
    const { status, text } = await tell(`${server.url}/mcp`);
    expect([status, text]).toEqual([500, expect.stringMatching(/@trpc-mcp\/core\/express/)]);
  });

  test('of fetch, given to a server of Node, says which one to import', async () => {
    const handler = fetchHandler(router, { createContext }) as unknown as (
      req: object,
      res: object,
    ) => unknown;
    let said = '';
    const server = createServer((req, res) => {
      // Whether it answers by itself, throws or rejects.
      void (async () => handler(req, res))().catch((error: unknown) => {
        said = String(error);
        if (!res.headersSent) res.writeHead(500);
        res.end();
      });
    });
    await using listening = await listen((req, res) => void server.emit('request', req, res));
    const { status, text } = await tell(listening.url);
    expect([status, `${text}${said}`]).toEqual([
      500,
      expect.stringMatching(/@trpc-mcp\/core\/(node|express)/),
    ]);
  });

  test.each([
    ['Express', expressHandler(router, { createContext })],
    ['Node', nodeHandler(router, { createContext })],
  ])('of %s, given a web request, says which one to import', async (_, handler) => {
    const serve = handler as unknown as (request: Request) => unknown;
    const incoming = new Request('http://127.0.0.1/mcp', { method: 'POST', headers, body: message });
    const said = await (async () => serve(incoming))().then(
      async (answer) =>
        answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer),
      (error: unknown) => String(error),
    );
    expect([said, ...printed].join('\n')).toMatch(/@trpc-mcp\/core\/fetch/);
  });
});

/** A procedure and a router as version 10 of tRPC makes them. */
function createV10Router() {
  const procedure = Object.assign(() => Promise.resolve(1), {
    _def: { query: true, inputs: [], meta: { mcp: true } },
    meta: { mcp: true },
  });
  const record = { ping: procedure };
  return {
    _def: {
      _config: { transformer: {}, isServer: true, errorFormatter: () => ({}) },
      router: true,
      record,
      procedures: record,
      queries: record,
      mutations: {},
      subscriptions: {},
    },
    ...record,
    createCaller: () => record,
    getErrorShape: () => ({}),
  };
}

describe('what is no router of tRPC 11', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'appRouter'],
    ['an empty object', {}],
    ['a function', () => router],
    ['a procedure', router.ping],
    ['a builder', t],
    ['a caller', t.createCallerFactory(router)({})],
    ['a promise of a router', Promise.resolve(router)],
    ['a module that holds one', { appRouter: router }],
    ['a plain object of procedures', { ping: router.ping }],
  ])('is said to be none, in a sentence: %s', (_, served) => {
    const problems = problemsOf(() => serveAny(served, { createContext }));
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(/router/);
    expect(problems[0]!.message).not.toMatch(/undefined \(reading|is not a function|is not iterable|Cannot/);
  });

  test('has a sentence of its own where it is one of tRPC 10', () => {
    const problems = problemsOf(() => mount({ createContext }, createV10Router()));
    const plain = problemsOf(() => mount({ createContext }, {}));
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(/(?=.*\b(v|tRPC )?10\b)(?=.*\b(v|tRPC )?11\b)/);
    expect(problems[0]!.message).not.toBe(plain[0]!.message);
  });

  test.each([
    ['fetch', fetchHandler],
    ['node', nodeHandler],
  ])('is found by the handler for %s as well', (_, handler) => {
    const make = handler as unknown as (served: unknown, options: object) => unknown;
    expect(problemsOf(() => make({}, { createContext }))[0]!.message).toMatch(/router/);
    expect(problemsOf(() => make(createV10Router(), { createContext }))[0]!.message).toMatch(/10/);
  });
});

describe('an option that is misspelt', () => {
  test.each([
    ['creatContext', 'createContext'],
    ['createcontext', 'createContext'],
    ['context', 'createContext'],
    ['onerror', 'onError'],
    ['timeout', 'timeoutMs'],
    ['hookTimeoutMS', 'hookTimeoutMs'],
    ['return200forErrors', 'return200ForErrors'],
    ['unknownArgument', 'unknownArguments'],
    ['allowedHost', 'allowedHosts'],
    ['ratelimit', 'rateLimit'],
    ['exposed', 'expose'],
    ['callerID', 'callerId'],
  ])('%j is found at mount, and the nearest name is %j', (name, meant) => {
    const problems = problemsOf(() => mount({ createContext, [name]: undefined }));
    expect(problems).toMatchObject([
      { code: 'OPTION_UNKNOWN', path: name, message: expect.stringContaining(meant) },
    ]);
    expect(problemsOf(() => mount({ createContext, [name]: () => ({}) }))).toMatchObject([
      { code: 'OPTION_UNKNOWN' },
    ]);
  });

  test('is found where no name is near, and none is guessed', () => {
    const [problem] = problemsOf(() => mount({ createContext, zzzzzzzzzzzz: 1 }));
    expect(problem).toMatchObject({ code: 'OPTION_UNKNOWN', path: 'zzzzzzzzzzzz' });
    expect(problem!.message).not.toMatch(/did you mean/i);
  });

  test('is found beside others, all at once', () => {
    const problems = problemsOf(() => mount({ createContext, onerror: 1, timeout: 2 }));
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['OPTION_UNKNOWN', 'onerror'],
      ['OPTION_UNKNOWN', 'timeout'],
    ]);
  });

  test.each([
    ['server', { name: 'a', version: '1', titel: 'A' }, 'title'],
    ['auth', { authenticate: () => undefined, require: true }, 'required'],
    ['sessions', { maximum: 1 }, 'max'],
    ['expose', { includes: ['ping'] }, 'include'],
  ])('is found inside %s', (name, value, meant) => {
    const problems = problemsOf(() => mount({ createContext, [name]: value }));
    expect(problems).toMatchObject([{ code: 'OPTION_UNKNOWN', message: expect.stringContaining(meant) }]);
    expect(problems[0]!.path).toMatch(new RegExp(`^${name}\\.`));
  });

  test.each([
    ['fetch', fetchHandler],
    ['node', nodeHandler],
  ])('is found by the handler for %s as well', (_, handler) => {
    const make = handler as unknown as (served: unknown, options: object) => unknown;
    expect(problemsOf(() => make(router, { creatContext: () => ({}), createContext }))).toMatchObject([
      { code: 'OPTION_UNKNOWN', path: 'creatContext' },
    ]);
  });

  test('is found in a codec', () => {
    const codec = { clas: Date, schema: {}, decode: () => new Date(), encode: String };
    expect(problemsOf(() => mount({ createContext, codecs: [codec] }))).toMatchObject([
      { code: 'OPTION_UNKNOWN', path: 'codecs[0].clas', message: expect.stringContaining('class') },
    ]);
  });

  const keys = { issuer: 'https://login.example', jwksUri: 'https://login.example/keys' };
  const asked = { endpoint: 'https://login.example/ask', clientId: 'app', clientSecret: 'secret' };
  const resource = {
    verify: jwt(keys),
    resource: 'https://app.example/mcp',
    authorizationServers: ['https://login.example'],
  };
  test.each<[string, string, string, () => unknown]>([
    [
      'bearer',
      'requiredScope',
      'requiredScopes',
      () => bearer({ ...resource, requiredScope: ['a'] } as never),
    ],
    ['jwt', 'audienc', 'audience', () => jwt({ ...keys, audienc: 'app' } as never)],
    ['introspection', 'cache', 'cacheMs', () => introspection({ ...asked, cache: 0 } as never)],
  ])('is found in the options of %s: %j was meant to be %s', (of, name, meant, make) => {
    expect(problemsOf(make)).toMatchObject([
      { code: 'OPTION_UNKNOWN', path: `${of}.${name}`, message: expect.stringContaining(meant) },
    ]);
  });

  test('leaves no check out in silence: jwt needs an issuer, and bearer all that it has to know', () => {
    expect(problemsOf(() => jwt({ ...keys, issuer: undefined } as never))).toMatchObject([
      { code: 'ISSUER_MISSING', path: 'jwt.issuer' },
    ]);
    expect(problemsOf(() => bearer({} as never)).map(({ path }) => path)).toEqual([
      'auth.verify',
      'auth.resource',
      'auth.authorizationServers',
    ]);
  });

  test('is no option that is left undefined', () => {
    const options = {
      createContext,
      auth: undefined,
      server: undefined,
      timeoutMs: undefined,
      store: undefined,
    };
    expect(() => mount(options)).not.toThrow();
  });
});

describe('an option whose value is of a wrong kind', () => {
  test.each<[string, unknown, string]>([
    ['legacy', 'session', 'sessions'],
    ['listing', 'permited', 'permitted'],
    ['return200ForErrors', 'forbiden', 'forbidden'],
    ['unknownArguments', 'reject', 'refuse'],
    ['allowedHosts', 'app.example.com', 'a list'],
    ['allowedOrigins', 'https://app.example.com', 'a list'],
    ['callerId', 'x-api-key', 'a function'],
    ['onError', console, 'a function'],
    ['onCall', {}, 'a function, or a list of functions'],
    ['onCall', [async () => {}, 'audit'], 'a function, or a list of functions'],
    ['auth', () => undefined, 'an object'],
    ['tools', { name: 'ping' }, 'a list'],
    ['fastLane', 'off', 'true or false'],
    ['server', null, 'an object'],
  ])('is found at mount: %s: %j', (name, value, words) => {
    expect(problemsOf(() => mount({ createContext, [name]: value }))).toMatchObject([
      { code: 'OPTION_INVALID', path: name, message: expect.stringContaining(words) },
    ]);
  });

  test.each<[string, unknown]>([
    ['auth.authenticate', {}],
    ['auth.authenticate', { authenticate: [() => undefined, 'bearer'] }],
    ['auth.authorize', { authenticate: () => undefined, authorize: true }],
  ])('is found inside auth: %s of %j', (path, auth) => {
    expect(problemsOf(() => mount({ createContext, auth }))).toMatchObject([
      { code: 'OPTION_INVALID', path },
    ]);
  });

  test('is found where the context is passed in place of the options', () => {
    expect(problemsOf(() => mount(createContext))).toMatchObject([
      { code: 'OPTION_INVALID', path: 'options' },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['confirm', 5, 'question'],
    ['confirmFallback', 'procede', 'proceed'],
    ['unknownArguments', 'reject', 'refuse'],
    ['visible', true, 'a function'],
  ])('is found in the settings of a procedure: %s: %j', (name, value, words) => {
    const ping = t.procedure.meta({ mcp: { [name]: value } }).mutation(() => 1);
    expect(problemsOf(() => mount({ createContext }, t.router({ ping })))).toMatchObject([
      { code: 'META_UNKNOWN', path: 'ping', message: expect.stringContaining(words) },
    ]);
  });
});

describe('a setting of a procedure that is misspelt', () => {
  const plain = initTRPC.create({ isDev: false });

  test.each([
    ['titel', 'title'],
    ['descripton', 'description'],
    ['confrim', 'confirm'],
    ['scope', 'scopes'],
    ['visble', 'visible'],
    ['ratelimit', 'rateLimit'],
  ])('%j is found at mount where no type could find it, and the nearest name is %j', (name, meant) => {
    const tagged = plain.procedure
      .meta({ mcp: { [name]: 'x' } })
      .input(z.object({}))
      .mutation(() => 1);
    const problems = problemsOf(() => mount({}, plain.router({ deep: plain.router({ tagged }) })));
    expect(problems).toMatchObject([{ path: 'deep.tagged', message: expect.stringContaining(meant) }]);
    expect(problems[0]!.message).toContain(name);
  });
});

describe('createContext that is missing', () => {
  test.each([
    ['undefined, as a wrong import is', undefined],
    ['null', null],
    ['an object', { user: 'ada' }],
    ['a promise', Promise.resolve({})],
    ['a text', 'createContext'],
  ])('is found at mount, and not with each call: %s', (_, value) => {
    const problems = problemsOf(() => mount({ createContext: value }));
    expect(problems).toHaveLength(1);
    expect(problems[0]!).toMatchObject({
      path: 'createContext',
      message: expect.stringMatching(/createContext|function/),
    });
  });

  test('is found at mount where something asks for the context', () => {
    const visible = t.procedure.meta({ mcp: { visible: ({ user }) => user === 'ada' } }).query(() => 1);
    const problems = problemsOf(() => mount({}, t.router({ visible })));
    expect(problems).toMatchObject([{ path: 'createContext' }]);
  });

  test('is no problem where the context is empty', () => {
    const plain = initTRPC.meta<McpMeta>().create();
    const ping = plain.procedure.meta({ mcp: true }).query(() => 1);
    expect(() => expressHandler(plain.router({ ping }))).not.toThrow();
  });
});
