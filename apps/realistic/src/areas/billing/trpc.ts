import { initTRPC, TRPCError } from '@trpc/server';
import { transformer } from '../../transformer.ts';
import type { Context } from '../../context.ts';
import { AccessError } from '../../error.ts';
import { formatError } from '../../format-error.ts';

/** Billing was an app of its own once: it has its own instance of tRPC, and zod 3. */
const t = initTRPC.context<Context>().create({ transformer, errorFormatter: formatError });

export const { router } = t;

export const billingProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' });
  const { userId } = ctx.session;
  const member = ctx.store.members.find((each) => each.userId === userId);
  if (!member || member.role === 'guest') throw new AccessError('Guests do not see bills');
  return next({ ctx: { member } });
});
