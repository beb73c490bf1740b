import { TRPCError } from '@trpc/server';

/** An error of this package whose message says all that a model can do. The hint of its code does not follow it. */
export class FinalError extends TRPCError {}
