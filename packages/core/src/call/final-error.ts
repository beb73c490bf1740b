import { TRPCError } from '@trpc/server';

/**
 * An error of this package whose message says all that a model can do. The hint of its code does not follow it, and the app's
 * `toError` is not asked about it.
 */
export class FinalError extends TRPCError {}
