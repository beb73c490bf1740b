import type { Era } from '../catalog/tool.ts';
import type { FailureOutcome, Outcome, ResultOutcome } from './outcome.ts';
import type { Store } from './store.ts';

/** What the store keeps under an idempotency key. */
interface Kept {
  /** The digest of the arguments. */
  digest: string;
  /** Missing while the first call runs. */
  outcome?: Outcome;
  /** The result for clients of each era: the client that repeats the call may speak the other one. */
  results?: ResultsByEra;
}

type ResultsByEra = Partial<Record<Era, ResultOutcome>>;

/** How a call ended, with its result for clients of each era. */
export interface Ran {
  outcome: Outcome | undefined;
  results: ResultsByEra;
}

/** How long an outcome is kept. */
const keptMs = 24 * 3_600_000;
/** How long other calls wait for a running call that no longer renews its entry. Its process has died then. */
const runningMs = 30_000;

/**
 * Runs a call once for each key. Further calls with the same key wait for its outcome and return it. Rejects if the store
 * rejects before anything has run.
 */
export async function runOnce(
  store: Store,
  key: string,
  digest: string,
  era: Era,
  path: string,
  run: () => Promise<Ran>,
): Promise<Outcome | undefined> {
  const at = `once:${key}`;
  for (let waitMs = 10; ; waitMs = Math.min(waitMs * 2, 500)) {
    const running = JSON.stringify({ digest } satisfies Kept);
    if (await store.add(at, running, runningMs)) return runFirst(store, at, running, digest, run);
    const text = await store.get(at);
    const kept = text === undefined ? undefined : (JSON.parse(text) as Kept);
    if (kept && kept.digest !== digest) return toOtherArguments(path);
    if (kept?.outcome) return kept.results?.[era] ?? kept.outcome;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function runFirst(
  store: Store,
  at: string,
  running: string,
  digest: string,
  run: () => Promise<Ran>,
): Promise<Outcome | undefined> {
  // Renews the entry while the call runs. Otherwise another process would take the call for dead and run it again.
  const timer = setInterval(() => void store.set(at, running, runningMs).catch(() => {}), runningMs / 3);
  let ran: Ran;
  try {
    ran = await run();
  } finally {
    clearInterval(timer);
  }
  const { outcome, results } = ran;
  const kept =
    outcome && isKept(outcome) ? JSON.stringify({ digest, outcome, results } satisfies Kept) : undefined;
  // The call has run, so the caller gets its outcome even if the store has failed meanwhile.
  const keep = () => (kept === undefined ? store.delete(at) : store.set(at, kept, keptMs));
  await keep().catch(() => void keepLater(keep));
  return outcome;
}

const maxTries = 600;

/** Retries once a second, for up to ten minutes: an outcome that is not kept would let the same call run again. */
async function keepLater(keep: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      // Does not keep a Node process alive. Timers of other hosts have no `unref`.
      (timer as { unref?: () => void }).unref?.();
    });
    try {
      return await keep();
    } catch {
      // The store is still down.
    }
  }
}

/** Failures with these codes happen before the procedure runs, so the call may be repeated with the same key. */
const codesBeforeRun: ReadonlySet<FailureOutcome['code']> = new Set([
  'BAD_REQUEST',
  'PARSE_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'PRECONDITION_FAILED',
  'TOO_MANY_REQUESTS',
  'SERVICE_UNAVAILABLE',
]);

function isKept(outcome: Outcome): boolean {
  return outcome.kind === 'result' || (outcome.kind === 'failure' && !codesBeforeRun.has(outcome.code));
}

function toOtherArguments(path: string): FailureOutcome {
  const code = 'CONFLICT';
  const text = `${code}: this _idempotencyKey was used with other arguments; take a new one for another call`;
  return { kind: 'failure', code, text, meta: { code, httpStatus: 409, path }, status: 200 };
}
