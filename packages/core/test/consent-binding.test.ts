import { initTRPC } from '@trpc/server';
import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { converse } from './conversation.ts';
import { type Answer, call, headersOf, post, request, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create({ isDev: false });
const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const empty = z.object({});

interface Result {
  requestState?: string;
  inputRequests?: Record<string, { params: { message: string } }>;
  content?: [{ text: string }];
}
const resultOf = ({ body }: Answer) => (body as { result?: Result }).result;
const textOf = (answer: Answer) => resultOf(answer)?.content?.[0].text ?? JSON.stringify(answer.body);
const questionsOf = (answer: Answer) =>
  Object.entries(resultOf(answer)?.inputRequests ?? {}).map(
    ([key, { params }]) => [key, params.message] as const,
  );

interface Round {
  state?: string | undefined;
  answers?: Record<string, unknown>;
}

const accept = { action: 'accept', content: {} };
const decline = { action: 'decline' };

/** Sends rounds of one call. */
const sender =
  (url: string, name: string, args: unknown = {}) =>
  ({ state, answers }: Round = {}) =>
    request(url, 'modern', 'tools/call', {
      name,
      arguments: args,
      ...(state !== undefined && { requestState: state }),
      ...(answers && { inputResponses: answers }),
      _meta: canAsk,
    });

/** Answers whatever is asked, by its message, until there is nothing more. Returns what was asked and what came of it. */
async function answerAll(
  send: (round?: Round) => Promise<Answer>,
  toAnswer: (message: string) => unknown = () => accept,
): Promise<{ asked: string[]; text: string }> {
  const asked: string[] = [];
  let answer = await send();
  for (let rounds = 0; rounds < 10 && resultOf(answer)?.requestState !== undefined; rounds++) {
    const questions = questionsOf(answer);
    asked.push(...questions.map(([, message]) => message));
    const answers = Object.fromEntries(questions.map(([key, message]) => [key, toAnswer(message)]));
    answer = await send({ state: resultOf(answer)!.requestState, answers });
  }
  return { asked, text: textOf(answer) };
}

type Where = 'middleware' | 'createContext' | 'both';

/** An app that asks something else first. `key` is that of its own question. */
function openApp(where: Where, key: string | undefined, ran: () => void) {
  const askFirst = (message: string) => getMcpCall()!.ask({ message, schema: empty, ...(key && { key }) });
  const base = t.procedure.meta({ mcp: { confirm: 'Close everything?' } });
  const guarded = base.use(async ({ next }) => {
    if (where !== 'createContext') await askFirst('Which region?');
    return next();
  });
  const router = t.router({
    withInput: guarded.input(z.object({ id: z.string().optional() })).mutation(() => {
      ran();
      return 'closed';
    }),
    without: guarded.mutation(() => {
      ran();
      return 'closed';
    }),
    afterwards: guarded.input(z.object({ id: z.string().optional() })).mutation(async () => {
      const { action } = await getMcpCall()!.ask({ message: 'How far?', schema: empty });
      if (action === 'accept') ran();
      return 'closed';
    }),
  });
  const createContext = async ({ mcp }: { mcp: unknown }) => {
    // What is listed is asked of nobody.
    const { ask } = mcp as { ask?: unknown };
    if (where !== 'middleware' && ask) {
      await (mcp as NonNullable<ReturnType<typeof getMcpCall>>).ask({
        message: 'Which tenant?',
        schema: empty,
        ...(key && { key: where === 'both' ? `${key}-tenant` : key }),
      });
    }
    return {};
  };
  return (options: HandlerOptions = {}) =>
    mcpHandler(router, { createContext, onError: () => {}, ...options });
}

const cases: [Where, string | undefined][] = [
  ['middleware', undefined],
  ['middleware', 'confirm'],
  ['middleware', 'region'],
  ['createContext', undefined],
  ['createContext', 'confirm'],
  ['both', undefined],
  ['both', 'confirm'],
];

describe.each(cases)('where something else is asked first, in %s with the key %s,', (where, key) => {
  test.each(['withInput', 'without', 'afterwards'])(
    'consent is asked for all the same (%s)',
    async (name) => {
      const ran = vi.fn();
      await using server = await serve(openApp(where, key, ran)());
      const { asked, text } = await answerAll((round) => sender(server.mcp, name)(round));
      expect(asked.filter((message) => message === 'Close everything?')).toHaveLength(1);
      expect(asked).toContain(where === 'createContext' ? 'Which tenant?' : 'Which region?');
      expect(text).toBe('closed');
      expect(ran).toHaveBeenCalledOnce();
    },
  );

  test.each(['withInput', 'without', 'afterwards'])(
    'nothing runs for a person who declines (%s)',
    async (name) => {
      const ran = vi.fn();
      await using server = await serve(openApp(where, key, ran)());
      const { asked, text } = await answerAll(sender(server.mcp, name), (message) =>
        message === 'Close everything?' ? decline : accept,
      );
      expect(asked.at(-1)).toBe('Close everything?');
      expect(text).toMatch(/^PRECONDITION_FAILED/);
      expect(ran).not.toHaveBeenCalled();
    },
  );

  test('an answer to consent that was sent too early is none', async () => {
    const ran = vi.fn();
    await using server = await serve(openApp(where, key, ran)());
    const send = sender(server.mcp, 'withInput');
    const guesses = Object.fromEntries(['confirm', 'consent', 'q1', 'q2'].map((each) => [each, accept]));
    let answer = await send({ answers: guesses });
    let hasSeen = false;
    for (let rounds = 0; rounds < 10 && resultOf(answer)?.requestState !== undefined; rounds++) {
      const questions = questionsOf(answer);
      hasSeen ||= questions.some(([, message]) => message === 'Close everything?');
      expect(hasSeen || ran.mock.calls.length === 0).toBe(true);
      const answers = Object.fromEntries(questions.map(([each]) => [each, accept]));
      answer = await send({ state: resultOf(answer)!.requestState, answers: { ...guesses, ...answers } });
    }
    expect(hasSeen).toBe(true);
  });

  test('consent runs one call, whatever else was asked', async () => {
    const ran = vi.fn();
    await using server = await serve(openApp(where, key, ran)());
    const send = sender(server.mcp, 'withInput');
    const rounds: Round[] = [];
    await answerAll((round = {}) => {
      rounds.push(round);
      return send(round);
    });
    expect(ran).toHaveBeenCalledOnce();
    // All that was ever sent, once more.
    for (const round of rounds) await send(round);
    expect(ran).toHaveBeenCalledOnce();
  });

  test.each(['2026-07-28', '2025-11-25'] as const)(
    'the official client of %s asks for both',
    async (kind) => {
      const ran = vi.fn();
      await using server = await serve(openApp(where, key, ran)({ legacy: 'sessions' }));
      const asked: string[] = [];
      await using client = await converse(kind, server.mcp, {
        onQuestion: ({ message }) => {
          asked.push(message);
          return message === 'Close everything?' ? decline : accept;
        },
      });
      const { isError } = await client.call('tools/call', { name: 'withInput', arguments: {} });
      expect(asked).toContain('Close everything?');
      expect(isError).toBe(true);
      expect(ran).not.toHaveBeenCalled();
    },
  );
});

const any = z.object({ id: z.string(), note: z.any().optional() });

function createFormRouter(ran: (input: unknown) => void) {
  const tool = (mcp: NonNullable<McpMeta['mcp']>) => t.procedure.meta({ mcp });
  const run = ({ input }: { input: unknown }) => {
    ran(input);
    return 'done';
  };
  return t.router({
    close: tool({ confirm: true, title: 'Close an account' }).input(any).mutation(run),
    worded: tool({ confirm: 'Close {id}?' }).input(any).mutation(run),
    loose: tool({ confirm: true })
      .input(z.looseObject({ id: z.string() }))
      .mutation(run),
    looseWorded: tool({ confirm: 'Close {id}?' })
      .input(z.looseObject({ id: z.string() }))
      .mutation(run),
    rest: tool({ confirm: true })
      .input(z.object({ id: z.string() }).catchall(z.any()))
      .mutation(run),
    deep: tool({ confirm: true })
      .input(z.object({ to: z.looseObject({ id: z.string() }) }))
      .mutation(run),
    mute: tool({ confirm: 'Really?' }).input(any).mutation(run),
  });
}

async function openForm() {
  const ran = vi.fn<(input: unknown) => void>();
  const server = await serve(
    mcpHandler(createFormRouter(ran), { onError: () => {}, createContext: () => ({}) }),
  );
  const ask = async (name: string, args: unknown) => {
    const [question] = questionsOf(await sender(server.mcp, name, args)());
    return question?.[1] ?? '';
  };
  return { ask, ran, url: server.mcp, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Every break of a line that there is. */
const lineBreaks = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

describe('the question', () => {
  test.each([
    ['a line break', 'c1\nnote: nothing'],
    ['a carriage return', 'c1\rnote: nothing'],
    ['both', 'c1\r\nnote: nothing'],
    ['a line separator', 'c1\u2028note: nothing'],
    ['a paragraph separator', 'c1\u2029note: nothing'],
    ['a next line', 'c1\u0085note: nothing'],
    ['a vertical tab', 'c1\u000bnote: nothing'],
    ['quotes and a line break', 'c1"\nnote: "nothing'],
    ['many line breaks', `c1${'\n'.repeat(100)}note: nothing`],
  ])('has a line for each value, also of one with %s', async (_, id) => {
    await using form = await openForm();
    for (const name of ['close', 'loose']) {
      const lines = (await form.ask(name, { id, note: 'all' })).split(lineBreaks);
      expect(lines, name).toHaveLength(3);
      expect(
        lines.filter((line) => /^"?note\b/.test(line)),
        name,
      ).toEqual([expect.stringContaining('all')]);
      expect(
        lines.filter((line) => /^"?id\b/.test(line)),
        name,
      ).toHaveLength(1);
    }
    const worded = (await form.ask('worded', { id, note: 'all' })).split(lineBreaks);
    expect(worded).toHaveLength(2);
    expect(worded[1]).toMatch(/note.*all/);
  });

  test.each([
    ['a text', 'c1', '"c1"'],
    ['a text with quotes', 'c1" and "c2', String.raw`"c1\" and \"c2"`],
    ['a backslash', 'c1\\', String.raw`"c1\\"`],
    ['a text that says that it is no text', '(not given)', '"(not given)"'],
    ['an empty text', '', '""'],
    ['a text like a number', '5', '"5"'],
    ['a text like JSON', '{"a":1}', String.raw`"{\"a\":1}"`],
  ])('shows a value in quotes: %s', async (_, id, shown) => {
    await using form = await openForm();
    for (const name of ['close', 'worded', 'loose'])
      expect(await form.ask(name, { id }), name).toContain(shown);
  });

  test.each([
    ['a writing direction that is turned round', 'c1\u202e1c'],
    ['isolates', '\u2066c1\u2069'],
    ['a zero-width space', 'c\u200b1'],
    ['a null', 'c\u00001'],
    ['an escape', '\u001b[2Jc1'],
    ['a byte order mark', '\ufeffc1'],
    ['tags', `c1${String.fromCodePoint(0xe0041)}`],
  ])('shows what nobody would see: %s', async (_, id) => {
    await using form = await openForm();
    for (const name of ['close', 'worded']) {
      const message = await form.ask(name, { id });
      expect(message, name).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
  });

  test.each([
    ['names', { id: 'c1', force: true }, 'force'],
    ['long names', { id: 'c1', ['k'.repeat(500)]: 1 }, 'k'.repeat(20)],
    ['values that are objects', { id: 'c1', scope: { all: true } }, 'all'],
    ['names of known keys, in another case', { id: 'c1', Id: 'c2' }, 'c2'],
    ['names with a line break', { id: 'c1', 'a\nid': 'c3' }, 'c3'],
    ['names that begin as known ones do', { id: 'c1', 'id: "c9"': 'c4' }, 'c4'],
    ['the name __proto__', JSON.parse('{"id":"c1","__proto__":{"x":"c5"}}') as object, 'c5'],
  ])('always shows keys that the schema does not name: %s', async (_, args, shown) => {
    await using form = await openForm();
    const count = Object.keys(args).length;
    for (const name of ['loose', 'looseWorded', 'rest']) {
      const message = await form.ask(name, args);
      expect(message, name).toContain(shown);
      // The question itself, or the sentence that names one argument, and a line for each other one.
      expect(message.split(lineBreaks), name).toHaveLength(name === 'looseWorded' ? count : count + 1);
    }
  });

  test('is about a key with the name __proto__ in each round', async () => {
    await using form = await openForm();
    const args = JSON.parse('{"id":"c1","__proto__":{"x":"c5"}}') as object;
    for (const name of ['loose', 'rest']) {
      const send = sender(form.url, name, args);
      const asked = await send();
      const answers = Object.fromEntries(questionsOf(asked).map(([key]) => [key, accept]));
      expect(textOf(await send({ state: resultOf(asked)!.requestState, answers })), name).toBe('done');
    }
  });

  test('shows keys that the schema does not name inside of objects', async () => {
    await using form = await openForm();
    expect(await form.ask('deep', { to: { id: 'c1', force: true } })).toContain('force');
  });

  test.each([
    ['worded', 1],
    ['mute', 2],
  ])('that the app has worded is followed by what it does not name (%s)', async (name, lines) => {
    await using form = await openForm();
    const message = await form.ask(name, { id: 'c1', note: 'everything else' });
    const [sentence, ...others] = message.split('\n');
    expect(sentence).toBe(name === 'mute' ? 'Really?' : 'Close "c1"?');
    expect(others).toHaveLength(lines);
    expect(others.at(-1)).toMatch(/note.*"everything else"/);
  });

  test.each([
    ['201 characters', 201],
    ['1,000 characters', 1000],
    ['2,000 characters, in quotes', 1990],
  ])('shows the whole of a value of %s', async (_, length) => {
    await using form = await openForm();
    const id = `${'a'.repeat(length - 3)}end`;
    for (const name of ['close', 'worded', 'loose']) expect(await form.ask(name, { id }), name).toContain(id);
    const list = Array.from({ length: length / 10 }, (_each, index) => index);
    expect(await form.ask('close', { id: 'c1', note: list })).toContain(JSON.stringify(list).slice(0, -1));
  });

  test.each([
    ['a text', `${'a'.repeat(5000)}end`],
    ['a text of emoji', '😀'.repeat(3000)],
    ['a list', Array.from({ length: 2000 }, (_, index) => index)],
    ['an object', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index]))],
  ])('shows of a longer value its start, its length and a digest: %s', async (_, note) => {
    await using form = await openForm();
    for (const name of ['close', 'worded', 'loose']) {
      const message = await form.ask(name, { id: 'c1', note });
      const json = JSON.stringify(note);
      expect(message.length, name).toBeLessThan(4000);
      expect(message, name).toContain(Array.from(json.slice(0, 100)).slice(0, 40).join(''));
      const lengths = [
        json.length,
        json.length - 2,
        Array.from(json).length,
        Array.from(json).length - 2,
      ].flatMap((each) => [String(each), each.toLocaleString('en')]);
      expect(
        lengths.some((each) => message.includes(each)),
        name,
      ).toBe(true);
      const digests = [json, typeof note === 'string' ? note : json].map((each) =>
        createHash('sha256').update(each).digest('hex').slice(0, 8),
      );
      // Of a text, it may be that of the text or of its JSON; of all else, its JSON may be sorted.
      if (typeof note === 'string')
        expect(
          digests.some((each) => message.includes(each)),
          name,
        ).toBe(true);
      else expect(message, name).toMatch(/[\da-f]{8,}/);
    }
  });

  test.each([
    ['2,000 letters', 'a'.repeat(2000), true],
    ['2,001 letters', 'a'.repeat(2001), false],
    ['2,000 emoji', '😀'.repeat(2000), true],
    ['2,001 emoji', '😀'.repeat(2001), false],
  ])('shows a text of %s in full: %o', async (_, id, isWhole) => {
    await using form = await openForm();
    for (const name of ['close', 'worded', 'loose']) {
      expect((await form.ask(name, { id })).includes(`"${id}"`), name).toBe(isWhole);
    }
  });

  test('ends where a person would stop to read, with the number and a digest of what is left', async () => {
    await using form = await openForm();
    const many = (last: number) =>
      Object.fromEntries(
        Array.from({ length: 5000 }, (_, index) => [`k${index}`, index === 4999 ? last : 1]),
      );
    for (const name of ['loose', 'looseWorded']) {
      const message = await form.ask(name, { id: 'c1', ...many(1) });
      const lines = message.split('\n');
      expect(lines, name).toHaveLength(102);
      expect(lines.at(-1), name).toMatch(/^and 49\d\d more, SHA-256 [\da-f]{16}$/);
      expect(await form.ask(name, { id: 'c1', ...many(2) }), name).not.toBe(message);
    }
    const long = Object.fromEntries(
      Array.from({ length: 90 }, (_, index) => [`k${index}`, 'a'.repeat(2000)]),
    );
    expect((await form.ask('loose', { id: 'c1', ...long })).length).toBeLessThan(110_000);
  });

  test('quotes a key that could be taken for something else', async () => {
    await using form = await openForm();
    const keys = ['a b', 'a:', '', '\u202eid', '…', 'k'.repeat(300)];
    const args = { id: 'c1', ...Object.fromEntries(keys.map((key) => [key, 1])) };
    const lines = (await form.ask('loose', args)).split('\n').slice(2);
    expect(lines).toEqual([
      '"a b": 1',
      '"a:": 1',
      '"": 1',
      '"\\u202eid": 1',
      '"…": 1',
      expect.stringMatching(/^"k{100}"… \(300 characters, SHA-256 [\da-f]{16}\): 1$/),
    ]);
  });

  test.each(['\u{1D159}', '\u{13441}', '\u{13442}', '\u{16FE4}', '\u2800', '\u3164'])(
    'writes a letter that is blank as an escape: %j',
    async (blank) => {
      await using form = await openForm();
      const lines = (await form.ask('close', { id: `c1${blank}`, [`note${blank}`]: 1 })).split('\n');
      expect(lines.slice(1)).toHaveLength(2);
      for (const line of lines) expect(line).not.toContain(blank);
    },
  );

  test('shows no argument that this package has added', async () => {
    const router = t.router({
      pay: t.procedure
        .meta({ mcp: { confirm: true, idempotent: true } })
        .input(z.object({ id: z.string() }))
        .mutation(() => 'paid'),
    });
    const options = { createContext: () => ({}), callerId: () => 'ann' };
    await using server = await serve(mcpHandler(router, options));
    const args = { id: 'c1', _idempotencyKey: 'k' };
    expect(questionsOf(await sender(server.mcp, 'pay', args)())[0]![1]).toBe('Pay?\nid: "c1"');
  });

  test.each([
    ['1e999', 'null', 'Infinity'],
    ['-1e999', '1e999', '-Infinity'],
    ['-0', '0', '-0'],
    ['[1e999]', '[null]', '[Infinity]'],
  ])('shows the number %s as what it is, and consent to it is none to %s', async (sent, other, shown) => {
    await using form = await openForm();
    const send = (note: string, more: object = {}) => {
      const params = { name: 'close', arguments: 'ARGS', ...more, _meta: canAsk };
      const text = JSON.stringify(toMessage('modern', 'tools/call', params));
      return post(
        form.url,
        text.replace('"ARGS"', `{"id":"c1","note":${note}}`),
        headersOf('modern', 'tools/call', params),
      );
    };
    const asked = await send(sent);
    expect(questionsOf(asked)[0]![1].split('\n')).toContain(`note: ${shown}`);
    const more = { requestState: resultOf(asked)!.requestState, inputResponses: { confirm: accept } };
    await send(other, more);
    expect(form.ran).not.toHaveBeenCalled();
    expect(textOf(await send(sent, more))).toBe('done');
  });

  test('tells two long values apart, and consent to one is none to the other', async () => {
    await using form = await openForm();
    const note = (end: string) => `${'a'.repeat(5000)}${end}`;
    for (const name of ['close', 'worded', 'loose']) {
      const [one, other] = [
        { id: 'c1', note: note('1') },
        { id: 'c1', note: note('2') },
      ];
      expect(await form.ask(name, one), name).not.toBe(await form.ask(name, other));
      const asked = await sender(form.url, name, one)();
      const answers = Object.fromEntries(questionsOf(asked).map(([key]) => [key, accept]));
      const state = resultOf(asked)!.requestState;
      const carried = await sender(form.url, name, other)({ state, answers });
      expect(carried.body, name).toMatchObject({ error: { code: -32_602 } });
      expect(form.ran, name).not.toHaveBeenCalled();
      expect(textOf(await sender(form.url, name, one)({ state, answers })), name).toBe('done');
      form.ran.mockClear();
    }
  });
});

describe('a dry run', () => {
  function createDryRouter(ran: () => void, isVisible: (ctx: object) => boolean) {
    const look = (mcp: NonNullable<McpMeta['mcp']>) =>
      t.procedure.meta({ mcp }).query(() => {
        ran();
        return 'would';
      });
    const apply = (dryRun: string, mcp: object = {}) =>
      t.procedure.meta({ mcp: { dryRun, ...mcp } }).mutation(() => 'done');
    return t.router({
      scoped: apply('lookScoped'),
      lookScoped: look({ scopes: ['secrets:read'] }),
      both: apply('lookBoth', { scopes: ['notes:write'] }),
      lookBoth: look({ scopes: ['secrets:read'] }),
      hidden: apply('lookHidden'),
      lookHidden: look({ visible: isVisible as never }),
      open: apply('lookOpen', { scopes: ['notes:write'], visible: isVisible as never }),
      lookOpen: look({}),
      guarded: apply('lookGuarded'),
      lookGuarded: t.procedure
        .meta({ mcp: { tool: false, resource: { uri: 'app://look' }, scopes: ['secrets:read'] } })
        .query(() => {
          ran();
          return 'would';
        }),
    });
  }

  async function tryOut(name: string, scopes: string[], isVisible = true) {
    const ran = vi.fn();
    const auth = { authenticate: () => ({ token: 't', clientId: 'app', scopes, extra: { sub: 'ann' } }) };
    const router = createDryRouter(ran, () => isVisible);
    await using server = await serve(
      mcpHandler(router, { auth, onError: () => {}, createContext: () => ({}) }),
    );
    const answer = await call(server.mcp, 'modern', name, { _dryRun: true });
    return { answer, ran };
  }

  test.each([
    ['scoped', []],
    ['scoped', ['notes:write']],
    ['both', ['notes:write']],
    ['both', ['secrets:read']],
    ['guarded', ['notes:write']],
  ])('of %s is refused to one who has %j, as its query is', async (name, scopes) => {
    const { answer, ran } = await tryOut(name, scopes);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
    expect(ran).not.toHaveBeenCalled();
  });

  test.each([
    ['scoped', ['secrets:read']],
    ['both', ['notes:write', 'secrets:read']],
    ['hidden', []],
    ['open', ['notes:write']],
  ])('of %s is answered to one who has %j', async (name, scopes) => {
    const { answer, ran } = await tryOut(name, scopes);
    expect(textOf(answer)).toBe('would');
    expect(ran).toHaveBeenCalledOnce();
  });

  test.each([
    ['hidden', []],
    ['open', ['notes:write']],
  ])('of %s is no way round visible', async (name, scopes) => {
    const { answer, ran } = await tryOut(name, scopes, false);
    expect(answer.body).not.toMatchObject({ result: { structuredContent: 'would' } });
    expect(ran).not.toHaveBeenCalled();
  });
});
