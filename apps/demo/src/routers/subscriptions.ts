import { TRPCError } from '@trpc/server';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { tellChange } from '../changes.ts';
import { customerIdInput, customerOutput, findActiveCustomer, findCustomer } from '../customer.ts';
import { planId, plans, subscriptions } from '../db/schema.ts';
import { checkOwnAccount } from '../ownership.ts';
import { editorProcedure, router, signedInProcedure, supportProcedure } from '../trpc.ts';

const daysIn = { days: 1, weeks: 7 };

export const subscriptionsRouter = router({
  plans: signedInProcedure
    .meta({
      mcp: { title: 'List plans', description: 'Lists the plans a customer can be on, the cheapest first.' },
    })
    .output(
      z.array(
        z.object({
          id: z.enum(planId.enumValues),
          name: z.string(),
          seats: z.int().describe('How many people may use it'),
          monthlyCents: z.int().describe('Price a month in US cents'),
        }),
      ),
    )
    .query(({ ctx }) => ctx.db.select().from(plans).orderBy(asc(plans.monthlyCents))),

  extendTrial: supportProcedure
    .meta({
      mcp: {
        title: 'Extend free trial',
        description:
          "Moves the end of a customer's free trial. A trial that is over starts again and is counted from now. " +
          'Refused for customers who already pay, have cancelled, or are deactivated. Each call extends once more, ' +
          'unless it carries the key of one before.',
        idempotent: true,
        annotations: { destructiveHint: false, idempotentHint: false, openWorldHint: false },
      },
    })
    .input(
      z.object({
        customerId: customerIdInput,
        by: z.int().min(1).max(60).describe('How many days or weeks to add'),
        unit: z.enum(['days', 'weeks']).describe('"1 week" is by: 1, unit: "weeks"'),
      }),
    )
    .output(customerOutput)
    .mutation(async ({ ctx, input }) => {
      const customer = await findActiveCustomer(ctx.db, input.customerId);
      const hours = input.by * daysIn[input.unit] * 24;
      const extended = await ctx.db
        .update(subscriptions)
        .set({
          status: 'trialing',
          // Hours, because a day is not always 24 of them in the server's time zone.
          trialEndsAt: sql`greatest(${subscriptions.trialEndsAt}, now()) + make_interval(hours => ${hours}::int)`,
        })
        .where(
          and(
            eq(subscriptions.customerId, input.customerId),
            inArray(subscriptions.status, ['trialing', 'trial_expired']),
          ),
        )
        .returning();
      if (extended.length === 0) {
        throw new TRPCError({
          code: 'CONFLICT',
          message: `${customer.name} is not in a trial: the subscription is ${customer.subscription.status}.`,
        });
      }
      tellChange(ctx.db, { kind: 'customer', id: input.customerId });
      return findCustomer(ctx.db, input.customerId);
    }),

  changePlan: editorProcedure
    .meta({
      mcp: {
        title: 'Change plan',
        description:
          'Puts a customer on another plan; the next invoice has the new price. Customers change their own plan, ' +
          'support and admins that of any customer. subscriptions_plans lists the plans.',
        annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(
      z.object({
        customerId: customerIdInput,
        plan: z.enum(planId.enumValues).describe('New plan'),
      }),
    )
    .output(customerOutput)
    .mutation(async ({ ctx, input }) => {
      checkOwnAccount(ctx.user, input.customerId);
      await findActiveCustomer(ctx.db, input.customerId);
      await ctx.db
        .update(subscriptions)
        .set({ planId: input.plan })
        .where(eq(subscriptions.customerId, input.customerId));
      tellChange(ctx.db, { kind: 'customer', id: input.customerId });
      return findCustomer(ctx.db, input.customerId);
    }),
});
