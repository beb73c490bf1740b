import { TRPCError } from '@trpc/server';
import type { Era } from '../catalog/era.ts';
import type { Tool } from '../catalog/tool.ts';
import type { CallRequest } from './active-call.ts';
import { type Caller, toCallerKey } from './caller.ts';
import { digest } from './digest.ts';
import { isStreamed } from './drain.ts';
import { type Report, reportThrown } from './failure.ts';
import type { FailureOutcome, Outcome, ResultOutcome } from './outcome.ts';
import { createSealer } from './sealed.ts';
import { reach, type Store, StoreFull } from './store.ts';
import { unref } from '../timer.ts';

/** The idempotency keys of a handler's callers. */
export interface IdempotencyKeys {
  /** Makes what runs one call once for its key. */
  open(claim: Claim): KeyedCall;
  /** Ends the calls that wait for the outcome of another one. */
  close(): void;
}

/** A call with an idempotency key. */
export interface Claim {
  tool: Tool;
  key: string;
  /** The procedure's own arguments. */
  args: unknown;
  request: CallRequest;
  /** Aborts when the client has left, also for clients of 2025, whose calls go on. */
  left: AbortSignal | undefined;
  /** Converts what the procedure returned into the result for clients of an era. */
  toResult: (
    value: unknown,
    era: Era,
    yielded?: readonly unknown[],
  ) => ResultOutcome | Promise<ResultOutcome>;
}

/** Runs a call once for its key. Further calls with the same key wait for its outcome and are given it. */
export interface KeyedCall {
  /**
   * Finds what is known of the key, before the middleware runs: the outcome of an earlier call, for which it waits if that
   * is running. Resolves with `undefined` if this call may be the first, or if the store does not answer.
   */
  look(signal: AbortSignal): Promise<Outcome | undefined>;
  /**
   * Takes the key, before the procedure runs. Rejects if this caller has no keys, if the store cannot be reached, and if
   * another call was faster.
   */
  enter(signal: AbortSignal): Promise<void>;
  /** Whether another call was faster: then this one has to look again. */
  readonly isTaken: boolean;
  /**
   * Hears what is running, which may go on after the call was answered at its deadline. It resolves with what the procedure
   * returned, or with `notKept` if it has returned something that must not be given to anybody.
   */
  watch(work: Promise<unknown>): void;
  toResult(value: unknown, era: Era, yielded?: readonly unknown[]): Promise<ResultOutcome>;
  /** Keeps the outcome, or frees the key if the call may be tried again. Never rejects. */
  leave(outcome: Outcome | undefined): Promise<void>;
}

/** Stands for what a procedure has returned that must not be kept. The call is not run again all the same. */
export const notKept: unique symbol = Symbol('not kept');

/** The cause of an error with which a call stops to wait for another one. It is not reported. */
export class WaitEnded extends Error {
  override readonly name = 'WaitEnded';
}

/** The error of a call that does nothing, because its signal has aborted before the procedure ran. */
export function toStopped({ reason }: AbortSignal): TRPCError {
  // The deadline of the call.
  if (reason instanceof TRPCError) return reason;
  return new TRPCError({
    code: 'CLIENT_CLOSED_REQUEST',
    message: 'the client has left or cancelled the call, and nothing was done',
    cause: new WaitEnded(),
  });
}

/** What the store keeps under an idempotency key. */
interface Kept {
  /** The digest of the arguments. */
  digest: string;
  failure?: FailureOutcome;
  /** The result for clients of each era: the client that repeats the call may speak the other one. */
  results?: ResultsByEra;
  /** The call has run, and its outcome was not kept. */
  isLost?: true;
}

interface ResultsByEra {
  modern: ResultOutcome;
  /** Missing if it is the same. */
  legacy?: ResultOutcome;
}

/** How long an outcome is kept. */
const keptMs = 24 * 3_600_000;
/** How long other calls wait for a running call that no longer renews its entry. Its process has died then. */
const runningMs = 30_000;
/** How long other calls wait for a call that was answered at its deadline, and whose procedure goes on. */
const lateMs = 600_000;
/** The results and failures that are kept are no larger, as JSON in bytes. */
const mostBytes = 256 * 1024;
/** The number of calls that wait for the outcome of the same key, in this process. */
const mostWaiting = 100;

export function createIdempotencyKeys(
  store: Store,
  /** Encrypts what is kept. */
  secret: string | undefined,
  report: Report,
): IdempotencyKeys {
  const sealer = secret === undefined ? undefined : createSealer(secret, 'answers of idempotency keys');
  const shared: Shared = {
    store,
    report,
    seal: async (kept, at) => {
      const json = JSON.stringify(kept);
      return sealer ? sealer.seal(json, at) : json;
    },
    open: async (text, at) => {
      const json = sealer ? await sealer.open(text, at) : text;
      return json === undefined ? undefined : toKept(json);
    },
    waiting: new Map(),
    pauses: new Set(),
    isClosed: false,
  };
  return {
    open: (claim) => new FirstOrLater(shared, claim),
    close: () => {
      shared.isClosed = true;
      for (const end of shared.pauses) end();
    },
  };
}

interface Shared {
  store: Store;
  report: Report;
  seal: (kept: Kept, at: string) => Promise<string>;
  open: (text: string, at: string) => Promise<Kept | undefined>;
  /** The number of waiting calls of each key. */
  waiting: Map<string, number>;
  /** What ends the pauses of those that wait. Not a signal, which warns of more than ten listeners. */
  pauses: Set<() => void>;
  isClosed: boolean;
}

/** Where the outcome of a call is kept. */
interface Place {
  caller: Caller;
  owner: string;
  at: string;
  digest: string;
}

/** What the procedure returned, and the result that was made of it. */
interface Returned {
  value: unknown;
  yielded: readonly unknown[] | undefined;
  era: Era;
  result: ResultOutcome;
}

class FirstOrLater implements KeyedCall {
  isTaken = false;
  readonly #shared: Shared;
  readonly #claim: Claim;
  #place: Promise<Place> | undefined;
  #entering: Promise<void> | undefined;
  /** What the store has while this call runs. Set when this call is the first one. */
  #running: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #renewing: Promise<void> | undefined;
  #work: Promise<unknown> | undefined;
  /** Whether the procedure has returned, and the call failed all the same. */
  #hasRunForNothing = false;
  #returned: Returned | undefined;

  constructor(shared: Shared, claim: Claim) {
    this.#shared = shared;
    this.#claim = claim;
  }

  async look(signal: AbortSignal): Promise<Outcome | undefined> {
    this.isTaken = false;
    this.#entering = undefined;
    const place = await this.#find();
    // `enter` refuses the key, after the middleware.
    if (place.caller.kind !== 'identified') return undefined;
    const { waiting } = this.#shared;
    let isWaiting = false;
    try {
      for (let waitMs = 10; ; waitMs = Math.min(waitMs * 2, 500)) {
        this.#throwIfOver(signal);
        const found = await this.#read(place).catch(() => undefined);
        if (found !== 'running') return found;
        if (!isWaiting) {
          const count = (waiting.get(place.at) ?? 0) + 1;
          if (count > mostWaiting) throw tooManyWait();
          waiting.set(place.at, count);
          isWaiting = true;
        }
        await pause(waitMs, [signal, this.#claim.left], this.#shared.pauses);
      }
    } finally {
      if (isWaiting) {
        const count = waiting.get(place.at)! - 1;
        if (count > 0) waiting.set(place.at, count);
        else waiting.delete(place.at);
      }
    }
  }

  enter(signal: AbortSignal): Promise<void> {
    return (this.#entering ??= this.#enter(signal));
  }

  watch(work: Promise<unknown>): void {
    this.#work = work;
    const settle = (value?: unknown) => {
      if (value === notKept) this.#hasRunForNothing = true;
      if (this.#work === work) this.#work = undefined;
    };
    work.then(settle, () => settle());
  }

  async toResult(value: unknown, era: Era, yielded?: readonly unknown[]): Promise<ResultOutcome> {
    const result = await this.#claim.toResult(value, era, yielded);
    this.#returned = { value, yielded, era, result };
    return result;
  }

  async leave(outcome: Outcome | undefined): Promise<void> {
    if (this.#running === undefined) return;
    clearInterval(this.#timer);
    // A renewal that arrives late must not replace the outcome.
    await this.#renewing;
    const place = await this.#find();
    // A procedure that ends when its signal aborts does so in this turn of the event loop.
    if (this.#work) await pause(0, []);
    const work = this.#work;
    if (!work) return this.#keep(place, await this.#toKept(place, outcome));
    // The procedure goes on, although the caller was answered. The key stays taken, so that it does not run twice at once.
    const { store } = this.#shared;
    await store.set(place.at, this.#running, lateMs, place.owner).catch(() => {});
    const lost = { digest: place.digest, isLost: true } as const;
    const toLate = async (value: unknown): Promise<Kept | undefined> => {
      if (value === notKept) return lost;
      // Nobody reads the stream, so that nothing of it runs.
      if (isStreamed(value)) return undefined;
      await this.toResult(value, 'modern');
      return this.#toKeptResults(place);
    };
    void work
      .then((value) => toLate(value).catch(() => lost))
      .catch(() => undefined)
      .then((kept) => this.#keep(place, kept));
  }

  /** Computed when it is needed: the app may take time to find out who is calling. */
  #find(): Promise<Place> {
    return (this.#place ??= this.#toPlace());
  }

  async #toPlace(): Promise<Place> {
    const { tool, key, args, request } = this.#claim;
    const caller = await request.caller();
    const owner = toCallerKey(caller);
    const at = `once:${await digest([tool.path, owner, key])}`;
    return { caller, owner, at, digest: await digest(args ?? {}) };
  }

  async #read({ at, digest: ofThis }: Place): Promise<Outcome | 'running' | undefined> {
    const { store, open, report } = this.#shared;
    const text = await store.get(at);
    if (text === undefined) return undefined;
    const kept = await open(text, at);
    const { tool, request } = this.#claim;
    if (!kept) {
      const message =
        'what is kept for an idempotency key cannot be read: it was kept under another secret, or was changed; the call is not run again';
      reportThrown(report, new Error(message), tool);
      return toConflict(tool, 'this _idempotencyKey was used before, and its answer cannot be read');
    }
    const { digest: ofFirst, failure, results, isLost } = kept;
    if (ofFirst !== ofThis)
      return toConflict(
        tool,
        'this _idempotencyKey was used with other arguments; take a new one for another call',
      );
    if (isLost)
      return toConflict(
        tool,
        'this call ran before under its _idempotencyKey and is not run again; its answer was not kept, because it was too large, or because something failed after it',
      );
    return results ? (request.era === 'legacy' && results.legacy) || results.modern : (failure ?? 'running');
  }

  async #enter(signal: AbortSignal): Promise<void> {
    const place = await this.#find();
    const { caller, at, owner } = place;
    if (caller.kind !== 'identified') throw toNoKeys(caller.kind, this.#claim.request.isInProcess);
    this.#throwIfOver(signal);
    const { store, seal } = this.#shared;
    const running = await seal({ digest: place.digest }, at);
    if (!(await reach(() => store.add(at, running, runningMs, owner)))) {
      this.isTaken = true;
      throw new KeyTaken();
    }
    if (signal.aborted) {
      // The caller was answered meanwhile.
      await this.#keep(place, undefined);
      this.#throwIfOver(signal);
    }
    this.#running = running;
    // Renews the entry while the call runs. Otherwise another process would take the call for dead and run it again.
    this.#timer = setInterval(() => {
      this.#renewing = store.set(at, running, runningMs, owner).catch(() => {});
    }, runningMs / 3);
  }

  async #toKept(place: Place, outcome: Outcome | undefined): Promise<Kept | undefined> {
    if (outcome?.kind === 'result') return this.#toKeptResults(place);
    if (outcome?.kind !== 'failure') return undefined;
    // A client that has hung up or cancelled may try again.
    const mayRunAgain = this.#claim.request.signal.aborted || mayBeTriedAgain.has(outcome.code);
    if (!mayRunAgain) return { digest: place.digest, failure: outcome };
    return this.#hasRunForNothing ? { digest: place.digest, isLost: true } : undefined;
  }

  async #toKeptResults({ digest: of }: Place): Promise<Kept> {
    const { value, yielded, era, result } = this.#returned!;
    const lost: Kept = { digest: of, isLost: true };
    const first = bare(result);
    const json = JSON.stringify(first);
    // Not converted for the other era: that would take long for nothing.
    if (isTooLarge(json)) return lost;
    try {
      const other = bare(await this.#claim.toResult(value, era === 'modern' ? 'legacy' : 'modern', yielded));
      const otherJson = JSON.stringify(other);
      if (isTooLarge(otherJson)) return lost;
      if (json === otherJson) return { digest: of, results: { modern: first } };
      const [modern, legacy] = era === 'modern' ? [first, other] : [other, first];
      return { digest: of, results: { modern, legacy } };
    } catch {
      return lost;
    }
  }

  /** The call has run, so the caller gets its outcome even if the store has failed meanwhile. */
  async #keep({ at, owner, digest: of }: Place, kept: Kept | undefined): Promise<void> {
    const { store, seal } = this.#shared;
    const put = async (value: Kept) => store.set(at, await seal(value, at), keptMs, owner);
    const lost: Kept = { digest: of, isLost: true };
    const keep = async () => {
      if (!kept) return store.delete(at);
      if (kept.failure && isTooLarge(JSON.stringify(kept.failure))) return put(lost);
      try {
        await put(kept);
      } catch (thrown) {
        if (!(thrown instanceof StoreFull)) throw thrown;
        await put(lost);
      }
    };
    await keep().catch(() => void keepLater(keep));
  }

  #throwIfOver(signal: AbortSignal): void {
    const { left } = this.#claim;
    if (signal.aborted) throw toStopped(signal);
    if (left?.aborted) throw toStopped(left);
    if (this.#shared.isClosed)
      throw new TRPCError({
        code: 'SERVICE_UNAVAILABLE',
        message: 'this MCP endpoint is shutting down, and nothing was done',
        cause: new WaitEnded(),
      });
  }
}

/** Ends a run whose key another call has taken first. It is not a failure and is not reported. */
class KeyTaken extends Error {
  override readonly name = 'KeyTaken';

  constructor() {
    super('another call with this idempotency key was faster; let this error pass');
  }
}

/** Failures with these codes happen before the procedure runs, or pass with time. */
const mayBeTriedAgain: ReadonlySet<FailureOutcome['code']> = new Set([
  'BAD_REQUEST',
  'PARSE_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'PRECONDITION_FAILED',
  'PRECONDITION_REQUIRED',
  'TIMEOUT',
  'TOO_MANY_REQUESTS',
  'CLIENT_CLOSED_REQUEST',
  'BAD_GATEWAY',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
]);

/** Leaves out the JSON, which is in the result already. What is kept is bounded. */
function bare({ kind, result }: ResultOutcome): ResultOutcome {
  return { kind, result };
}

function isTooLarge(json: string): boolean {
  return json.length > mostBytes || new TextEncoder().encode(json).length > mostBytes;
}

function toKept(json: string): Kept | undefined {
  try {
    return JSON.parse(json) as Kept;
  } catch {
    return undefined;
  }
}

const maxTries = 600;

/** Retries once a second, for up to ten minutes: an outcome that is not kept would let the same call run again. */
async function keepLater(keep: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    await pause(1000, []);
    try {
      return await keep();
    } catch {
      // The store is still down.
    }
  }
}

/** Waits, at most until one of the signals aborts, or until somebody ends the pause. */
function pause(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  pauses?: Set<() => void>,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      pauses?.delete(end);
      for (const signal of signals) signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    // Does not keep a Node process alive. Timers of other hosts have no `unref`.
    if (signals.length === 0) unref(timer);
    pauses?.add(end);
    for (const signal of signals) signal?.addEventListener('abort', end, { once: true });
    if (signals.some((signal) => signal?.aborted)) end();
  });
}

function tooManyWait(): TRPCError {
  const message = `${mostWaiting} calls wait for the answer of this _idempotencyKey already; nothing was done`;
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
}

/** A key is worth something only if nobody else can use it, and if the same caller is known again. */
function toNoKeys(kind: Exclude<Caller['kind'], 'identified'>, isInProcess = false): TRPCError {
  const [what, remedy] =
    kind === 'credential'
      ? [
          'knows the credential of this caller, and not who that is',
          '`subject` in what `auth.authenticate` returns',
        ]
      : ['does not know who is calling', 'the option `callerId`'];
  const advice = `The app has to set ${isInProcess ? '`subject` in the option `authInfo`' : remedy}`;
  const message = `an _idempotencyKey cannot be used here: the server ${what}. ${advice}. Nothing was done`;
  return new TRPCError({ code: 'PRECONDITION_FAILED', message });
}

function toConflict({ path }: Tool, message: string): FailureOutcome {
  const code = 'CONFLICT';
  return {
    kind: 'failure',
    code,
    text: `${code}: ${message}`,
    meta: { code, httpStatus: 409, path },
    status: 200,
  };
}
