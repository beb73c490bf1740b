import type { Journals } from './journal.ts';

/** The ids of the runs that wait for an answer, by the signal that all rounds of their call share. */
const waiting = new WeakMap<AbortSignal, Set<string>>();

/** Forgets a run when the call is cancelled while a person is asked. There is one listener, however many rounds there are. */
export function forgetOnAbort(signal: AbortSignal, journals: Journals, id: string): void {
  const known = waiting.get(signal);
  if (known) {
    known.add(id);
    return;
  }
  const ids = new Set([id]);
  waiting.set(signal, ids);
  signal.addEventListener('abort', () => ids.forEach((each) => void journals.forget(each)), { once: true });
}

/** Tells that a run goes on. */
export function waitNoMore(signal: AbortSignal, id: string): void {
  waiting.get(signal)?.delete(id);
}
