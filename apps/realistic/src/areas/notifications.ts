import { z } from 'zod';
import { protectedProcedure, router } from '../trpc.ts';

const channel = z.discriminatedUnion('channel', [
  z.object({ channel: z.literal('email'), address: z.email(), digest: z.enum(['off', 'daily', 'weekly']) }),
  z.object({ channel: z.literal('push'), deviceId: z.string(), sound: z.boolean().nullish() }),
  z.object({
    channel: z.literal('webhook'),
    url: z.url(),
    filter: z.record(z.enum(['tasks', 'projects', 'billing']), z.boolean()),
  }),
]);

const quietHours = z.object({
  from: z.iso.time({ precision: -1 }),
  to: z.iso.time({ precision: -1 }),
  days: z.array(z.int().min(0).max(6)).max(7),
});

const ids = z.object({ ids: z.array(z.string()).min(1).max(500) });

export const notificationsRouter = router({
  list: protectedProcedure
    .input(
      z
        .object({
          status: z.enum(['unread', 'read', 'all']),
          cursor: z.string().nullable(),
          limit: z.number().int().min(1).max(50),
        })
        .partial(),
    )
    .query(({ ctx, input }) =>
      ctx.store.notifications.page(input, ({ status }) => input.status !== 'unread' || status === 'unread'),
    ),

  unreadCount: protectedProcedure.query(
    ({ ctx }) => ctx.store.notifications.list(({ status }) => status === 'unread').length,
  ),

  markRead: protectedProcedure
    .input(ids)
    .mutation(({ ctx, input }) =>
      input.ids.map((id) => ctx.store.notifications.update(id, { status: 'read' })),
    ),

  markAllRead: protectedProcedure
    .input(z.object({ before: z.date() }).optional())
    .mutation(({ ctx, input }) => {
      const before = input?.before ?? new Date();
      const unread = ctx.store.notifications.list(
        ({ createdAt, status }) => createdAt < before && status === 'unread',
      );
      for (const { id } of unread) ctx.store.notifications.update(id, { status: 'read' });
      return { count: unread.length, before };
    }),

  channels: protectedProcedure.query(({ ctx }) => [
    { channel: 'email' as const, address: ctx.user.email, digest: 'daily' as const },
  ]),

  updateChannel: protectedProcedure.input(channel).mutation(({ ctx, input }) =>
    ctx.store.users.update(ctx.user.id, {
      preferences: { ...ctx.user.preferences, [input.channel]: input },
    }),
  ),

  snooze: protectedProcedure
    .input(
      z.union([
        z.object({ until: z.date() }),
        z.object({ minutes: z.int().min(5).max(10_080) }),
        z.object({ quietHours: z.array(quietHours).min(1).max(7) }),
      ]),
    )
    .mutation(({ input }) => {
      if ('until' in input) return { until: input.until };
      return { until: 'minutes' in input ? new Date(Date.now() + input.minutes * 60_000) : null };
    }),

  digest: protectedProcedure
    .input(
      z.object({
        week: z.iso.date(),
        sections: z.set(z.enum(['tasks', 'members', 'money'])).default(new Set()),
      }),
    )
    .query(({ ctx, input }) => ({ week: input.week, items: ctx.store.notifications.list() })),

  dismiss: protectedProcedure.input(ids).mutation(({ ctx, input }) => {
    const [first] = input.ids;
    return ctx.store.notifications.remove(first!);
  }),

  onNew: protectedProcedure
    .input(z.object({ lastEventId: z.coerce.date().optional() }).optional())
    .subscription(async function* ({ ctx }) {
      for (const { id, name, createdAt } of ctx.store.notifications.list()) yield { id, name, createdAt };
    }),
});
