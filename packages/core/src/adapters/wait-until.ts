type WaitUntil = (work: Promise<unknown>) => void;

/**
 * Finds `waitUntil` in what a fetch handler is given besides the request: the context of the execution itself, or an object
 * that has it, such as `{ env, ctx }`, the context of Hono, or an event.
 */
export function findWaitUntil(extra: unknown): WaitUntil | undefined {
  for (const read of places) {
    const owner = tryRead(() => read(extra as Holder));
    const waitUntil = tryRead(() => owner?.waitUntil);
    if (typeof waitUntil === 'function') return (work) => waitUntil.call(owner, work);
  }
  return undefined;
}

interface Owner {
  waitUntil?: WaitUntil;
}

interface Holder extends Owner {
  ctx?: Owner;
  executionCtx?: Owner;
  context?: Owner;
  event?: Owner;
}

const places: readonly ((extra: Holder) => Owner | undefined)[] = [
  (extra) => extra,
  (extra) => extra.ctx,
  (extra) => extra.executionCtx,
  (extra) => extra.context,
  (extra) => extra.event,
];

/** Hono's context throws where there is none. */
function tryRead<TValue>(read: () => TValue): TValue | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
