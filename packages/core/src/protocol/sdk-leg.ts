import { toError } from '../thrown.ts';
import { errorReply, shuttingDown } from './exchange.ts';
import { idOf } from './json-rpc.ts';
import type { createSdkLeg, SdkLeg, SdkOptions } from './sdk.ts';
import type { Served, ServerParts } from './serving.ts';

/** The leg of the SDK, which is loaded when it is needed. */
export interface LazyLeg extends SdkLeg {
  /** Loads it before a request does. Rejects if it cannot be loaded. The next request then tries again. */
  load(): Promise<void>;
}

/**
 * Loads the SDK with the first request that the lane leaves to it, because it is most of what a cold start would cost.
 * Nothing loads it in the background: that would take the processor from the first calls of a Lambda or a Worker. A server
 * that runs for long calls `ready()`, which loads it before the first client comes.
 */
export function createLazyLeg(
  parts: ServerParts,
  options: SdkOptions,
  importLeg: () => Promise<{ createSdkLeg: typeof createSdkLeg }> = () => import('./sdk.ts'),
): LazyLeg {
  let leg: SdkLeg | undefined;
  let isClosed = false;

  // Each request imports the module for itself, which loads it once: in a Worker, a request must not wait for a promise of
  // another one, which may end before. An import that failed is tried again.
  const load = async (): Promise<SdkLeg | undefined> => {
    const module = await importLeg().catch((thrown: unknown) => {
      throw new Error(`${cannotLoad}: ${toError(thrown).message}`, { cause: thrown });
    });
    // What is made after the end, nobody would close.
    if (!isClosed) leg ??= module.createSdkLeg(parts, options);
    return leg;
  };

  return {
    serve(serving, message, made) {
      if (leg) return leg.serve(serving, message, made);
      return load().then((loaded): Served | Promise<Served> => {
        if (loaded && !isClosed) return loaded.serve(serving, message, made);
        return { reply: errorReply(503, shuttingDown, {}, idOf(message)), outcome: undefined };
      });
    },
    enter:
      options.legacy === 'sessions'
        ? async (serving) => (leg ?? (await load()))?.enter?.(serving)
        : undefined,
    async load() {
      await load();
    },
    async close() {
      isClosed = true;
      await leg?.close();
    },
  };
}

const cannotLoad =
  'the official SDK, @modelcontextprotocol/server, which serves this request, could not be loaded';
