import { TRPCError } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import type { McpAuthInfo } from '../meta.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import { AnswerNeeded } from './ask.ts';
import type { McpCall } from './context.ts';
import { type Ended, type InnerRun, readReturned, toCallOutcome, toEnded, toQuestion } from './ended.ts';
import type { CalledProcedure, OnCall, OnCallOptions } from './on-call.ts';
import { notKept } from './once.ts';
import type { Outcome } from './outcome.ts';

/** Where the app's functions stand. */
export interface CallPlace {
  item: Callable;
  request: CallRequest;
  call: ActiveCall;
  ctx: unknown;
  /** Returns a copy of the decoded arguments. */
  readInput: () => unknown;
}

/** The app's functions, running around a call. */
export interface Hooked {
  /** How they ended the call. Never rejects. */
  ended: Promise<Ended>;
  /**
   * Resolves with what they returned when the procedure is done, too: it may go on after they were told of the deadline. Then
   * none of them has seen what it returns, so that it is not kept. Nor is it if one of them has failed after it. Rejects if
   * the procedure has failed.
   */
  work: () => Promise<unknown>;
}

/**
 * Runs the app's functions around the rest of a call, the first one outermost. `isOver` says whether the call was answered
 * already: then nothing runs any more.
 */
export function runHooks(
  hooks: readonly OnCall[],
  place: CallPlace,
  runInside: (inner: InnerRun) => Promise<Outcome | undefined>,
  isOver: () => boolean,
): Hooked {
  const tool = toCalled(place);
  const inner: InnerRun = { ctx: place.ctx };
  const rest = async (): Promise<Ended> => {
    if (isOver()) return { kind: 'thrown', thrown: tooLate() };
    try {
      return toEnded(await runInside(inner), inner);
    } catch (thrown) {
      return { kind: 'thrown', thrown };
    }
  };
  const run = (index: number): Promise<Ended> => {
    const hook = hooks[index];
    return hook ? runHook(hook, place, tool, () => run(index + 1)) : rest();
  };
  const ended = run(0);
  return {
    ended,
    async work() {
      const last = await ended;
      await inner.running;
      return last.kind === 'returned' ? last.value : notKept;
    },
  };
}

/** Runs one function around the rest. Never rejects. */
async function runHook(
  hook: OnCall,
  place: CallPlace,
  tool: CalledProcedure,
  rest: () => Promise<Ended>,
): Promise<Ended> {
  let isCalled = false;
  let ended: Ended | undefined;
  /** The error that `next` gave. Whoever returns or throws it again leaves the outcome as it was. */
  let given: unknown;
  const next: OnCallOptions['next'] = () => {
    // Not a rejection, which would end the process if nobody awaits it.
    if (isCalled) throw new TypeError(`onCall called next() twice for ${tool.name}; a call runs once`);
    isCalled = true;
    return rest().then((settled) => {
      const outcome = toCallOutcome(settled);
      if (!outcome.ok) given = outcome.error;
      ended = settled;
      return outcome;
    });
  };
  let last: Ended;
  try {
    last = readReturned(await hook(new HookedCall(place, tool, next)), ended, isCalled, tool);
  } catch (thrown) {
    // A function may ask a person, too.
    const open = thrown instanceof AnswerNeeded ? ActiveCall.openOf(place.call) : undefined;
    last = open ? toQuestion({ kind: 'questions', open }) : { kind: 'thrown', thrown };
  }
  return last.kind === 'thrown' && ended && given !== undefined && last.thrown === given ? ended : last;
}

/** What one of the app's functions gets. */
class HookedCall implements OnCallOptions {
  readonly tool: CalledProcedure;
  declare readonly input: unknown;
  readonly ctx: unknown;
  readonly auth: McpAuthInfo | undefined;
  readonly call: McpCall;
  readonly round: number;
  readonly next: OnCallOptions['next'];
  readonly #readInput: () => unknown;
  #input: { value: unknown } | undefined;

  constructor(
    { ctx, call, request, readInput }: CallPlace,
    tool: CalledProcedure,
    next: OnCallOptions['next'],
  ) {
    this.tool = tool;
    this.ctx = ctx;
    this.auth = call.auth;
    this.call = call;
    this.round = request.state?.round ?? 0;
    this.next = next;
    this.#readInput = readInput;
    // A property of its own, so that `{ next, ...rest }` has it.
    Object.defineProperty(this, 'input', HookedCall.#lazyInput);
  }

  // The same getter for all calls: V8 keeps a hidden class for each one.
  static readonly #lazyInput: PropertyDescriptor = {
    enumerable: true,
    get(this: HookedCall) {
      return (this.#input ??= { value: this.#readInput() }).value;
    },
  };
}

const kinds: Record<string, CalledProcedure['kind']> = {
  'resources/read': 'resource',
  'prompts/get': 'prompt',
  'completion/complete': 'completion',
  'resources/list': 'list',
};

function toCalled({ item, request }: CallPlace): CalledProcedure {
  const { name, path, type } = item;
  const { purpose, method, uri } = request;
  const kind = purpose ?? kinds[method] ?? 'tool';
  return Object.freeze({ name, path, type, kind, ...(uri !== undefined && { uri }) });
}

function tooLate(): TRPCError {
  const message = 'the call was answered before onCall called next(), and nothing was done';
  return new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message });
}
