import { z } from 'zod';
import { ProviderError, StateError } from '../error.ts';
import { adminProcedure, memberProcedure, organisationProcedure, router } from '../trpc.ts';

const metric = z.enum(['hours', 'tasks', 'revenue', 'storage']);
const byId = z.object({ reportId: z.string() });

/** What somebody asks for: a fixed range, or one that moves with the day. */
const range = z.union([
  z.object({ from: z.coerce.date(), to: z.coerce.date() }),
  z.object({ last: z.int().min(1).max(366), unit: z.enum(['days', 'weeks', 'months']) }),
]);

interface Condition {
  metric: z.infer<typeof metric>;
  op: '>' | '<' | '=';
  value: number;
  any?: Condition[] | undefined;
}

const condition: z.ZodType<Condition> = z.object({
  metric,
  op: z.enum(['>', '<', '=']),
  value: z.number(),
  get any() {
    return z.array(condition).max(3).optional();
  },
});

const point = z.object({ at: z.date(), value: z.number() });
const series = z.array(point).or(z.object({ truncated: z.literal(true), points: z.array(point) }));

export const reportsRouter = router({
  overview: organisationProcedure.input(range.optional()).query(({ ctx }) => ({
    hours: 12.5,
    tasks: ctx.store.tasks.list().length,
    updatedAt: new Date(),
    delta: Number.NaN,
  })),

  timeline: organisationProcedure
    .input(z.object({ metric, bucket: z.enum(['day', 'week']).default('day') }).and(range))
    .output(series)
    .query(() => [{ at: new Date(0), value: 1 }]),

  breakdown: organisationProcedure
    .input(
      z.object({
        metric: z.union([metric, z.array(metric).min(1).max(3)]),
        by: z.enum(['member', 'project', 'label']).catch('member'),
        where: condition.optional(),
        top: z.number().int().positive().max(50).default(10),
      }),
    )
    .query(({ input }) => ({ by: input.by, rows: [['Website', 3] as const] })),

  saved: organisationProcedure
    .input(z.object({ cursor: z.string().nullish(), limit: z.number().int().positive().lte(100).optional() }))
    .query(({ ctx, input }) => ctx.store.reports.page(input)),

  save: memberProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(80),
        range,
        metrics: z.array(metric).min(1),
        shared: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input: { name, ...details } }) =>
      ctx.store.reports.insert({
        organisationId: ctx.organisation.id,
        name,
        status: 'saved',
        updatedAt: null,
        details,
      }),
    ),

  schedule: adminProcedure
    .input(
      byId.and(
        z.union([
          z.object({ every: z.literal('day'), at: z.iso.time() }),
          z.object({ every: z.literal('week'), on: z.int().min(0).max(6), at: z.iso.time() }),
          z.object({ cron: z.string().regex(/^(\S+ ){4}\S+$/) }),
        ]),
      ),
    )
    .mutation(({ ctx, input }) => ctx.store.reports.update(input.reportId, { details: { ...input } })),

  unschedule: adminProcedure.input(byId).mutation(({ ctx, input }) => {
    const report = ctx.store.reports.get(input.reportId);
    if (!report.details['every']) throw new StateError('It has no schedule');
    return report;
  }),

  export: memberProcedure
    .input(
      byId.extend({
        format: z.enum(['csv', 'xlsx', 'pdf']),
        options: z
          .object({ delimiter: z.string().length(1), header: z.boolean() })
          .partial()
          .transform((options) => ({ delimiter: ';', header: true, ...options }))
          .optional(),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { name } = ctx.store.reports.get(input.reportId);
      if (input.format === 'pdf') throw new ProviderError('The printer');
      return new File([`${name}\n`], `report.${input.format}`, { type: 'text/csv' });
    }),

  remove: memberProcedure.input(byId).mutation(({ ctx, input }) => ctx.store.reports.remove(input.reportId)),

  live: organisationProcedure
    .input(z.object({ metrics: z.array(metric).min(1).max(4) }))
    .subscription(async function* ({ input }) {
      for (const [index, each] of input.metrics.entries())
        yield { metric: each, value: index, at: new Date(0) };
    }),
});
