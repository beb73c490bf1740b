import { z } from 'zod';
import { NotFoundError, StateError } from '../error.ts';
import { staffProcedure, router } from '../trpc.ts';

const flagName = z.string().regex(/^[a-z][a-z0-9-]{2,40}$/);

const flagRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everyone'), enabled: z.boolean() }),
  z.object({ kind: z.literal('share'), percent: z.number().min(0).max(100).multipleOf(0.5) }),
  z.object({ kind: z.literal('organisations'), ids: z.array(z.string()).min(1) }),
]);

const staffPaging = z.object({
  page: z.coerce.number().int().min(1).default(1),
  perPage: z.coerce.number().int().max(100).default(25),
});

const health = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.enum(['up', 'down'])),
  at: z.date(),
});

export const adminRouter = router({
  users: staffProcedure
    .input(
      staffPaging.extend({
        search: z.string().optional(),
        isStaff: z.boolean().optional(),
        createdAfter: z.date().optional(),
        orderBy: z
          .object({ field: z.enum(['email', 'createdAt']), direction: z.enum(['asc', 'desc']) })
          .optional(),
      }),
    )
    .query(({ ctx, input: { page, perPage, search = '' } }) => {
      const found = ctx.store.users.list(({ email }) => email.includes(search));
      return { items: found.slice((page - 1) * perPage, page * perPage), total: found.length };
    }),

  user: staffProcedure
    .input(z.union([z.object({ id: z.string() }), z.object({ email: z.email() })]))
    .query(({ ctx, input }) => {
      if ('id' in input) return ctx.store.users.get(input.id);
      const found = ctx.store.users.find(({ email }) => email === input.email);
      if (!found) throw new NotFoundError('user', input.email);
      return found;
    }),

  impersonate: staffProcedure
    .meta({ audit: true })
    .input(
      z.object({
        userId: z.string(),
        reason: z.string().min(10),
        minutes: z.int().min(1).max(60).default(15),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { id, isStaff } = ctx.store.users.get(input.userId);
      if (isStaff) throw new StateError('Nobody impersonates staff');
      return { userId: id, until: new Date(Date.now() + input.minutes * 60_000) };
    }),

  setStaff: staffProcedure
    .input(z.object({ userId: z.string(), isStaff: z.boolean() }))
    .mutation(({ ctx, input: { userId, isStaff } }) => ctx.store.users.update(userId, { isStaff })),

  flags: staffProcedure
    .input(z.object({ names: z.array(flagName).optional() }).optional())
    .query(({ input }) => new Map((input?.names ?? []).map((name) => [name, false]))),

  setFlag: staffProcedure
    .input(
      z.object({ name: flagName, rules: z.array(flagRule).max(10), note: z.string().nullable().optional() }),
    )
    .mutation(({ input }) => ({ name: input.name, rules: input.rules.length })),

  jobs: staffProcedure
    .input(
      staffPaging.extend({ status: z.enum(['queued', 'running', 'failed']).or(z.literal('')).optional() }),
    )
    .query(({ ctx, input }) => ctx.store.jobs.list(({ status }) => !input.status || status === input.status)),

  retryJob: staffProcedure
    .input(
      z.object({
        jobId: z.string(),
        delay: z.int32().nonnegative().optional(),
        priority: z.bigint().optional(),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { status } = ctx.store.jobs.get(input.jobId);
      if (status !== 'failed') throw new StateError('Only what failed is tried again');
      return ctx.store.jobs.update(input.jobId, { status: 'queued' });
    }),

  health: staffProcedure
    .output(health)
    .query(() => ({ ok: true, checks: { store: 'up' as const }, at: new Date() })),

  broadcast: staffProcedure
    .input(
      z.object({
        audience: z
          .literal('everyone')
          .or(z.object({ plans: z.array(z.enum(['free', 'team', 'business'])).min(1) })),
        title: z.string().trim().min(1).max(80),
        body: z.string().trim().min(1).max(5000),
        from: z.date().nullish(),
        link: z.object({ href: z.url(), label: z.string() }).nullable(),
      }),
    )
    .mutation(({ ctx, input }) =>
      ctx.store.notifications.insert({
        organisationId: '',
        name: input.title,
        status: 'unread',
        updatedAt: null,
        details: { body: input.body },
      }),
    ),
});
