import process from 'node:process';

/** Ends a piece of work at Ctrl-C, and lets it tell what it has done. A second Ctrl-C ends the process. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('Cancelled.'));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  try {
    return await work(ended.signal);
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
}
