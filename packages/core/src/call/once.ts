import type { Era } from '../catalog/tool.ts';
import type { Failed, Outcome } from './outcome.ts';
import type { Told } from './result.ts';
import type { Store } from './store.ts';

/** What is kept under a key. */
interface Kept {
  /** Of the arguments. */
  digest: string;
  /** Missing while the first call runs. */
  outcome?: Outcome;
  /** A result in the words of both eras: whoever asks again may speak the other one. */
  told?: Partial<Record<Era, Told>>;
}

/** What came of a call, for every era. */
export interface Ran {
  outcome: Outcome | undefined;
  told: Partial<Record<Era, Told>>;
}

/** How long an answer is given again. */
const keptMs = 24 * 3_600_000;
/** How long a call is waited for that does not say any more that it runs: its process has died. */
const runningMs = 30_000;

/**
 * Runs a call once for a key. Whoever comes with the same one waits for its outcome, and gets that. Rejects when the store
 * does before anything has run.
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
    if (kept && kept.digest !== digest) return { failed: toOtherArguments(path), status: 200 };
    if (kept?.outcome) return { ...kept.outcome, ...(kept.told?.[era] && { told: kept.told[era] }) };
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
  // Says that it still runs: nobody must take it for dead, and run it again.
  const timer = setInterval(() => void store.set(at, running, runningMs).catch(() => {}), runningMs / 3);
  let ran: Ran;
  try {
    ran = await run();
  } finally {
    clearInterval(timer);
  }
  const { outcome, told } = ran;
  const kept =
    outcome && isKept(outcome) ? JSON.stringify({ digest, outcome, told } satisfies Kept) : undefined;
  // It has run: whoever waits for this answer gets it, also when the store has gone meanwhile.
  const keep = () => (kept === undefined ? store.delete(at) : store.set(at, kept, keptMs));
  await keep().catch(() => void keepLater(keep));
  return outcome;
}

const mostTries = 600;

/** What is not kept would run again when it is tried again: a store that has gone mostly comes back within minutes. */
async function keepLater(keep: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      // It keeps no process alive. Other hosts have timers of another kind.
      (timer as { unref?: () => void }).unref?.();
    });
    try {
      return await keep();
    } catch {
      // Not yet.
    }
  }
}

/** What never came to run may be tried again under the same key. */
const notRun: ReadonlySet<Failed['code']> = new Set([
  'BAD_REQUEST',
  'PARSE_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'PRECONDITION_FAILED',
  'TOO_MANY_REQUESTS',
  'SERVICE_UNAVAILABLE',
]);

function isKept({ told, failed }: Outcome): boolean {
  return told !== undefined || (failed !== undefined && !notRun.has(failed.code));
}

function toOtherArguments(path: string): Failed {
  const code = 'CONFLICT';
  const text = `${code}: this _idempotencyKey was used with other arguments; take a new one for another call`;
  return { code, text, meta: { code, httpStatus: 409, path } };
}
