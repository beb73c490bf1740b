import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import { createHandler, type Handler } from '../../src/protocol/handler.ts';
import type { HandlerOptions } from '../../src/protocol/options.ts';
import { runsOf } from '../runs.ts';
import { skills } from '../skills/folder.ts';
import { accepted, answers, type Asked, canAskAll, createAskingRouter, type Said, say } from './talk.ts';

const seed = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['FC_RUNS'] ?? runsOf(4000));
const secret = 'a secret of at least thirty-two bytes';

afterEach(() => {
  vi.useRealTimers();
});

/** Sends the next request of a talk. */
type Speak = (said: Said) => Promise<Asked>;
type Talk = (speak: Speak) => Promise<unknown>;

interface Leg {
  handler: Handler;
  ran: string[];
}

/** Two handlers of one app, one of them without the lane. They share what machines share. */
function createLegs(options: HandlerOptions = {}): Record<'lane' | 'sdk', Leg> {
  const base: HandlerOptions = {
    secret,
    store: createMemoryStore(),
    onError: () => {},
    server: { name: 'app', version: '1', title: 'App', instructions: 'Be brief.' },
    ...options,
  };
  const start = (fastLane: boolean): Leg => {
    const ran: string[] = [];
    const router = createAskingRouter((what) => ran.push(what));
    return { ran, handler: createHandler(router, { ...base, fastLane, createContext: () => ({}) } as never) };
  };
  return { lane: start(true), sdk: start(false) };
}

/** Has a talk whose requests go to these legs in turn. Returns all that was seen, and what has run. */
async function have(talk: Talk, order: readonly ('lane' | 'sdk')[], options?: HandlerOptions) {
  const legs = createLegs(options);
  const seen: unknown[] = [];
  let count = 0;
  let webRequests = 0;
  await talk(async (said) => {
    const leg = legs[order[count++ % order.length]!];
    const asked = await say(leg.handler, said, () => webRequests++);
    seen.push(asked.seen);
    return asked;
  });
  const ran = [...legs.lane.ran, ...legs.sdk.ran];
  await Promise.all([legs.lane.handler.close(), legs.sdk.handler.close()]);
  return { seen, ran, webRequests };
}

/** Says the same again, with what the last round asks for. */
function next({ state, keys }: Asked, response: unknown = accepted): Record<string, unknown> {
  return { requestState: state, inputResponses: answers(keys, response) };
}

/** Answers until nothing is asked any more. */
function untilDone(said: Said, response?: unknown): Talk {
  return async (speak) => {
    let asked = await speak(said);
    for (let rounds = 0; rounds < 6 && asked.state !== undefined; rounds++) {
      asked = await speak({ ...said, more: next(asked, response) });
    }
  };
}

/** Asks, and answers once in this way. */
function twoRounds(said: Said, change: (asked: Asked) => Partial<Said>): Talk {
  return async (speak) => {
    const asked = await speak(said);
    await speak({ ...said, more: next(asked), ...change(asked) });
  };
}

const close: Said = { name: 'close' };
const askers =
  'close drop order wizard many both busy page mixed model folders prompting reading secret'.split(' ');
const progressToken = { progressToken: 'p' };

/** Talks that the lane leads alone. */
const plainTalks: [string, Talk][] = [
  ...askers.map((name): [string, Talk] => [`${name} until it is done`, untilDone({ name })]),
  ...askers.map((name): [string, Talk] => [
    `${name} with a progress token`,
    untilDone({ name, meta: progressToken }),
  ]),
  ...['decline', 'cancel'].flatMap((action) =>
    ['close', 'order', 'both', 'prompting', 'reading', 'wizard'].map((name): [string, Talk] => [
      `${name}, ${action}`,
      untilDone({ name }, { action }),
    ]),
  ),
  ...['taken', 'denied', 'broken'].map((name): [string, Talk] => [
    `${name}, which fails`,
    untilDone({ name, args: {} }),
  ]),
  [
    'a client that names no kind of question',
    untilDone({ name: 'close', capabilities: { elicitation: {} } }),
  ],
  ['a client that cannot be asked', untilDone({ name: 'close', capabilities: {} })],
  ['a client without forms', untilDone({ name: 'drop', capabilities: { elicitation: { url: {} } } })],
  ['a client that takes no stream', untilDone({ name: 'close', headers: { accept: 'application/json' } })],
  [
    'a client that takes no stream any more',
    twoRounds(close, () => ({ headers: { accept: 'application/json' } })),
  ],
  ['no answers', twoRounds(close, ({ state }) => ({ more: { requestState: state } }))],
  ['no state', twoRounds(close, ({ keys }) => ({ more: { inputResponses: answers(keys) } }))],
  ['empty answers', twoRounds(close, ({ state }) => ({ more: { requestState: state, inputResponses: {} } }))],
  [
    'answers to a call that asks nothing',
    twoRounds({ name: 'plain' }, () => ({ more: { inputResponses: { a: {} } } })),
  ],
  [
    'another answer too',
    twoRounds(close, (asked) => {
      const { requestState, inputResponses } = next(asked) as {
        requestState: string;
        inputResponses: object;
      };
      return {
        more: { requestState, inputResponses: { other: accepted, ...inputResponses, constructor: {} } },
      };
    }),
  ],
  [
    'answers to some of several questions',
    async (speak) => {
      const asked = await speak({ name: 'many' });
      const again = await speak({
        name: 'many',
        more: { requestState: asked.state, inputResponses: answers(asked.keys.slice(0, 1)) },
      });
      await speak({ name: 'many', more: next(again) });
    },
  ],
  ...[{}, { action: 'perhaps' }, { action: 'accept' }, { action: 'accept', content: [] }].map(
    (none): [string, Talk] => [
      `an answer that is none: ${JSON.stringify(none)}`,
      untilDone({ name: 'order' }, none),
    ],
  ),
  [
    'the arguments in another order',
    async (speak) => {
      const asked = await speak({ name: 'close', args: { id: 'c1', more: 1 } });
      await speak({ name: 'close', args: { more: 1, id: 'c1' }, more: next(asked) });
    },
  ],
  [
    'a state for the second time',
    async (speak) => {
      const asked = await speak(close);
      for (let count = 0; count < 3; count++) await speak({ ...close, more: next(asked) });
    },
  ],
  [
    'the state of an earlier round',
    async (speak) => {
      const first = await speak({ name: 'wizard' });
      const second = await speak({ name: 'wizard', more: next(first) });
      await speak({ name: 'wizard', more: { ...next(second), requestState: first.state } });
      await speak({ name: 'wizard', more: next(second) });
    },
  ],
  [
    'consent, and then again without',
    async (speak) => {
      const asked = await speak(close);
      await speak({ ...close, more: next(asked) });
      await speak(close);
    },
  ],
];

/** Talks in which the SDK says what is wrong. */
const wrongTalks: [string, Talk][] = [
  ...[
    [
      'an altered state',
      (state: string) => `${state.slice(0, 40)}${state[40] === 'A' ? 'B' : 'A'}${state.slice(41)}`,
    ],
    ['a state with another signature', (state: string) => `${state.slice(0, -43)}${'A'.repeat(43)}`],
    ['a state with a longer signature', (state: string) => `${state}A`],
    ['a state without a signature', (state: string) => state.slice(0, state.lastIndexOf('.'))],
    ['a state without its version', (state: string) => state.slice(3)],
    ['an empty state', () => ''],
    ['a state of two dots', () => 'v1..'],
    ['a state that is a number', () => 5],
    ['a state that is null', () => null],
    ['a state that is a list', (state: string) => [state]],
  ].map(([title, change]): [string, Talk] => [
    title as string,
    twoRounds(close, (asked) => ({
      more: { ...next(asked), requestState: (change as (state: string) => unknown)(asked.state!) },
    })),
  ]),
  ['the state of another caller', twoRounds(close, () => ({ user: 'bob' }))],
  ['other arguments than were asked about', twoRounds(close, () => ({ args: { id: 'c2' } }))],
  ['another tool than was asked about', twoRounds(close, () => ({ name: 'drop' }))],
  ['a tool that is hidden', twoRounds(close, () => ({ name: 'secret', user: 'bob' }))],
  ['another method than was asked about', twoRounds({ name: 'prompting' }, () => ({ name: 'reading' }))],
  [
    'an expired state',
    twoRounds(close, () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
      return {};
    }),
  ],
  ...[5, null, [], 'yes', { confirm: true }, { confirm: null }, { confirm: [] }].map(
    (wrong): [string, Talk] => [
      `malformed answers: ${JSON.stringify(wrong)}`,
      twoRounds(close, ({ state }) => ({ more: { requestState: state, inputResponses: wrong } })),
    ],
  ),
  ...[
    { confirm: { method: 'elicitation/create', result: accepted } },
    { confirm: { ...accepted, result: 1 } },
    { confirm: { ...accepted, method: null } },
    JSON.parse('{"__proto__":{"action":"accept"},"confirm":{"action":"accept"}}') as object,
  ].map((odd): [string, Talk] => [
    `answers in a message: ${JSON.stringify(odd)}`,
    twoRounds(close, ({ state }) => ({ more: { requestState: state, inputResponses: odd } })),
  ]),
  ['an unknown param', twoRounds(close, (asked) => ({ more: { ...next(asked), extra: 1 } }))],
  [
    'a client that has not said that it shows pages',
    untilDone({ name: 'page', capabilities: { elicitation: { form: {} } } }),
  ],
  [
    'the same with a progress token',
    untilDone({ name: 'page', capabilities: { elicitation: {} }, meta: progressToken }),
  ],
  [
    'one of two questions that a client cannot show',
    untilDone({ name: 'mixed', capabilities: { elicitation: {} } }),
  ],
  [
    'a client that has not said that it has a model',
    untilDone({ name: 'model', capabilities: { elicitation: {} } }),
  ],
  [
    'a second question that a client cannot answer',
    untilDone({ name: 'late', capabilities: { elicitation: {} } }),
  ],
  [
    'the same, with a progress token',
    untilDone({ name: 'late', capabilities: { elicitation: {} }, meta: progressToken }),
  ],
  ['a client that can be asked nothing', untilDone({ name: 'order', capabilities: {} })],
  ['a question that there is not', untilDone({ name: 'odd' })],
  ...[{ requestState: 'v1.e30.AA' }, { inputResponses: {} }].map((more): [string, Talk] => [
    `a file of a skill, with ${JSON.stringify(more)}`,
    async (speak) => {
      const uri = 'skill://refunds/SKILL.md';
      await speak({ name: 'reading', more: { ...more, uri }, headers: { 'mcp-name': uri } });
    },
  ]),
];

describe('a call that asks', () => {
  const orders = [['lane'], ['lane', 'sdk'], ['sdk', 'lane']] as const;

  test.each([...plainTalks, ...wrongTalks])('is answered as by the SDK: %s', async (_, talk) => {
    const expected = await have(talk, ['sdk'], { skills });
    vi.useRealTimers();
    for (const order of orders) {
      const { seen, ran } = await have(talk, order, { skills });
      vi.useRealTimers();
      expect(seen, order.join()).toEqual(expected.seen);
      // What it asks is written in the same order, too.
      expect(questionsOf(seen)).toEqual(questionsOf(expected.seen));
      expect(ran).toEqual(expected.ran);
    }
  });

  test.each(plainTalks)('is answered without the SDK: %s', async (_, talk) => {
    expect((await have(talk, ['lane'])).webRequests).toBe(0);
  });
});

test.each<[string, Talk]>([
  ['a valid state', twoRounds(close, () => ({ headers: { 'x-refused': 'yes' } }))],
  [
    'an altered state',
    twoRounds(close, ({ state }) => ({
      more: { requestState: `${state}A` },
      headers: { 'x-refused': 'yes' },
    })),
  ],
])('who is refused meanwhile is told the same by the lane and the SDK: %s', async (_, talk) => {
  const auth: HandlerOptions['auth'] = {
    authenticate: () => ({ token: 'ada', clientId: 'ada', scopes: [] }),
    authorize: ({ request }) => !request.headers.has('x-refused'),
  };
  // The caller stays the same, so that the state is theirs.
  const options: HandlerOptions = { auth, callerId: () => 'ada' };
  const [fast, slow] = [await have(talk, ['lane'], options), await have(talk, ['sdk'], options)];
  expect(fast.seen).toEqual(slow.seen);
  expect(fast.seen).toMatchObject([{ status: 200 }, { status: 403 }]);
  expect(fast.ran).toEqual([]);
});

/** The results that ask, as text, so that the order of their keys is compared. */
function questionsOf(seen: readonly unknown[]): string[] {
  return seen.map((each) => JSON.stringify(each)).filter((text) => text.includes('input_required'));
}

const stateChanges: Record<string, (state: string, at: number) => unknown> = {
  none: (state) => state,
  altered: (state, at) => {
    const index = at % state.length;
    return `${state.slice(0, index)}${state[index] === 'x' ? 'y' : 'x'}${state.slice(index + 1)}`;
  },
  cut: (state, at) => state.slice(0, at % state.length),
  longer: (state) => `${state}A`,
  missing: () => undefined,
  empty: () => '',
  made: () => 'v1.e30.AA',
  null: () => null,
};

const response = fc.oneof(
  { weight: 6, arbitrary: fc.constant(accepted) },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ action: 'decline' }, { action: 'cancel' }, { action: 'accept' }, {}),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.record({ action: fc.constant('accept'), content: fc.jsonValue() }) },
  { weight: 1, arbitrary: fc.constant({ method: 'elicitation/create', result: accepted }) },
);

const anyTalk = fc.record({
  name: fc.constantFrom(...askers, 'late', 'odd', 'denied', 'plain'),
  capabilities: fc.oneof(
    { weight: 5, arbitrary: fc.constant(canAskAll) },
    { weight: 1, arbitrary: fc.constantFrom({}, { elicitation: {} }, { elicitation: { url: {} } }) },
  ),
  meta: fc.constantFrom({}, {}, progressToken),
  rounds: fc.array(
    fc.record({
      response,
      keys: fc.constantFrom('all', 'all', 'all', 'first', 'more', 'none'),
      change: fc.oneof(
        { weight: 8, arbitrary: fc.constant('none') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(stateChanges)) },
      ),
      at: fc.nat(),
      user: fc.constantFrom('ada', 'ada', 'ada', 'ada', 'ada', 'bob'),
      args: fc.constantFrom({ id: 'c1' }, { id: 'c1' }, { id: 'c1' }, { id: 'c1' }, { id: 'c2' }),
      repeated: fc.constantFrom(false, false, false, true),
      accept: fc.constantFrom(undefined, undefined, undefined, undefined, 'application/json'),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

test('whatever a client answers, the lane and the SDK say the same', async () => {
  console.log(`seed ${seed}`);
  const legs = createLegs();
  const property = fc.asyncProperty(anyTalk, async ({ name, capabilities, meta, rounds }) => {
    const said = { name, capabilities, meta };
    let [fast, slow] = await Promise.all([say(legs.lane.handler, said), say(legs.sdk.handler, said)]);
    expect(fast.seen).toEqual(slow.seen);
    for (const { response: answer, keys, change, at, user, args, repeated, accept } of rounds) {
      const toRound = (asked: Asked): Said => {
        const names = {
          all: asked.keys,
          first: asked.keys.slice(0, 1),
          more: [...asked.keys, 'x'],
          none: [],
        };
        const requestState = asked.state && stateChanges[change]!(asked.state, at);
        const inputResponses = keys === 'none' ? undefined : answers(names[keys as 'all'], answer);
        const headers = { ...(accept && { accept }) };
        return { ...said, user, args, headers, more: { requestState, inputResponses } };
      };
      const [first, second] = [toRound(fast), toRound(slow)];
      for (let count = repeated ? 2 : 1; count > 0; count--) {
        [fast, slow] = await Promise.all([say(legs.lane.handler, first), say(legs.sdk.handler, second)]);
        expect(fast.seen).toEqual(slow.seen);
      }
      if (fast.state === undefined) break;
    }
    expect(legs.lane.ran).toEqual(legs.sdk.ran);
  });
  await fc.assert(property, { seed, numRuns });
}, 120_000);
