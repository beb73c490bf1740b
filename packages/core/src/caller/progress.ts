import type { CallRequest } from '../call/active-call.ts';
import { type Progress, toValidProgress } from '../call/progress.ts';

/**
 * Gives the progress of a call to a function of the app, as it would come over the wire: it grows with each message, and the
 * values of a stream are counted from where the app's own progress has come to. `onThrown` is told of what the function throws.
 */
export function toReport(
  onProgress: (progress: Progress) => void,
  onThrown: (thrown: unknown) => void,
): NonNullable<CallRequest['report']> {
  let last = Number.NEGATIVE_INFINITY;
  return (offered, isValue) => {
    const valid = toValidProgress(offered);
    if (!valid) return;
    const isCounted = isValue && !(valid.progress > last);
    const progress = isCounted ? { ...valid, progress: last + 1 } : valid;
    if (!(progress.progress > last)) return;
    last = progress.progress;
    try {
      // An async function is one that returns nothing, to TypeScript. What it rejects with must not end the process.
      const work: unknown = onProgress(progress);
      if (work instanceof Promise) work.catch(onThrown);
    } catch (thrown) {
      onThrown(thrown);
    }
  };
}
