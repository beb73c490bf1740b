import { z } from 'zod3';
import { LimitError, ProviderError, StateError } from '../../error.ts';
import { Amount, currency, money, paging, period } from './amount.ts';
import { billingProcedure, router } from './trpc.ts';

const invoice = z.object({
  id: z.string(),
  number: z.string(),
  total: money,
  paidAt: z.date().nullable(),
});

// One of these is used twice in a parser below.
const seats = z
  .object({ plan: z.enum(['team', 'business']) })
  .and(z.object({ seats: z.number().int().positive() }));

export const billingRouter = router({
  billing: router({
    plan: billingProcedure.query(({ ctx }) => {
      const { plan } = ctx.store.organisations.get(ctx.member.organisationId);
      return { plan, renewsAt: new Date(Date.UTC(2027, 0, 1)) };
    }),

    changePlan: billingProcedure
      .input(
        z.object({
          plan: z.enum(['free', 'team', 'business']),
          interval: z.enum(['month', 'year']).optional(),
        }),
      )
      .mutation(({ ctx, input: { plan } }) => {
        const { organisationId } = ctx.member;
        if (plan === 'free' && ctx.store.members.list().length > 2) throw new LimitError('members', 2);
        return ctx.store.organisations.update(organisationId, { plan });
      }),

    invoices: billingProcedure
      .input(
        paging.extend({ year: z.number().int().gte(2020).lte(2100).optional(), between: period.optional() }),
      )
      .output(z.object({ items: z.array(invoice), nextCursor: z.string().nullable() }))
      .query(({ ctx, input }) => {
        const { items, nextCursor } = ctx.store.invoices.page(input);
        const total = { amount: 120, currency: 'EUR' } as const;
        return {
          items: items.map(({ id, name, updatedAt }) => ({ id, number: name, total, paidAt: updatedAt })),
          nextCursor,
        };
      }),

    invoice: billingProcedure
      .input(z.object({ invoiceId: z.string().min(1), as: z.enum(['json', 'pdf']).default('json') }))
      .query(({ ctx, input }) => ctx.store.invoices.get(input.invoiceId)),

    estimate: billingProcedure
      .input(z.object({ current: seats, next: seats, coupon: z.string().trim().min(4).optional() }))
      .query(({ input: { current, next } }) => ({
        cents: (next.seats - current.seats) * 900,
        currency: 'EUR',
      })),

    setBudget: billingProcedure
      .input(
        z.object({
          monthly: money,
          warnAt: z.number().gt(0).lt(1).default(0.8),
          floor: z.number().negative().nullish(),
          // The back office calls this in process and has amounts already.
          carriedOver: z.instanceof(Amount).optional(),
        }),
      )
      .mutation(({ input: { monthly, warnAt } }) => ({
        warnsAt: monthly.amount * warnAt,
        currency: monthly.currency,
      })),

    addPaymentMethod: billingProcedure
      .input(
        z.discriminatedUnion('type', [
          z.object({
            type: z.literal('card'),
            token: z.string().regex(/^tok_\w{8,}$/),
            isDefault: z.boolean().optional(),
          }),
          z.object({
            type: z.literal('debit'),
            iban: z.string().min(15).max(34),
            holder: z.string(),
            currency,
          }),
          z.object({ type: z.literal('invoice'), emails: z.array(z.string().email()).nonempty() }),
        ]),
      )
      .mutation(({ input }) => {
        if (input.type === 'card') throw new ProviderError('The payment provider');
        return { type: input.type, addedAt: new Date() };
      }),

    applyCoupon: billingProcedure
      .input(
        z.object({
          code: z.preprocess(
            (code) => (typeof code === 'string' ? code.toUpperCase() : code),
            z.string().min(4).max(16),
          ),
        }),
      )
      .mutation(() => {
        throw new StateError('The coupon has expired');
      }),

    usage: billingProcedure
      .input(
        period.merge(
          z.object({ metric: z.enum(['storage', 'seats', 'calls']), step: z.coerce.number().positive() }),
        ),
      )
      .query(({ input: { from, metric } }) => [{ metric, at: from, value: 12n }]),

    cancel: billingProcedure
      .input(
        z.object({
          at: z.union([z.literal('now'), z.date()]),
          feedback: z
            .string()
            .url()
            .regex(/^https:/)
            .optional(),
        }),
      )
      .mutation(({ ctx }) => ctx.store.organisations.update(ctx.member.organisationId, { plan: 'free' })),
  }),
});
