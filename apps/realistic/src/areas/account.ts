import { z } from 'zod';
import { zfd } from 'zod-form-data';
import { StateError } from '../error.ts';
import { protectedProcedure, publicProcedure, router } from '../trpc.ts';

const locale = z.enum(['en', 'de', 'fr', 'pt-BR']);
const displayName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[\p{L}\p{N} .'-]+$/u, 'Letters, digits, spaces, dots, apostrophes and hyphens');

const preferences = z
  .object({
    theme: z.enum(['light', 'dark', 'system']).default('system'),
    weekStartsOn: z.union([z.literal(0), z.literal(1), z.literal(6)]).optional(),
    timeZone: z.string().min(1).nullish(),
    density: z.coerce.number().min(0).max(2).optional(),
    shortcuts: z.record(z.string().max(32), z.string().max(32).nullable()).optional(),
  })
  .partial();

const emptyToUndefined = (value: unknown) => (value === '' ? undefined : value);

export const accountRouter = router({
  me: publicProcedure.query(({ ctx }) => {
    if (!ctx.session) return null;
    const { preferences: _, ...user } = ctx.store.users.get(ctx.session.userId);
    return user;
  }),

  updateProfile: protectedProcedure
    .input(
      z.object({
        name: displayName.optional(),
        locale: locale.optional(),
        bio: z.string().max(280).nullish(),
      }),
    )
    .mutation(({ ctx, input: { name, locale: language } }) =>
      ctx.store.users.update(ctx.user.id, { name, locale: language }),
    ),

  changeEmail: protectedProcedure
    .input(
      z
        .object({ email: z.email(), repeatEmail: z.email() })
        .refine(({ email, repeatEmail }) => email === repeatEmail, {
          path: ['repeatEmail'],
          error: 'It differs',
        }),
    )
    .mutation(({ ctx, input: { email } }) => {
      if (ctx.store.users.find((user) => user.email === email)) throw new StateError('The address is in use');
      return ctx.store.users.update(ctx.user.id, { email });
    }),

  preferences: protectedProcedure.query(({ ctx }) => ctx.user.preferences),

  updatePreferences: protectedProcedure
    .input(preferences)
    .mutation(({ ctx, input }) =>
      ctx.store.users.update(ctx.user.id, { preferences: { ...ctx.user.preferences, ...input } }),
    ),

  uploadAvatar: protectedProcedure
    .input(zfd.formData({ avatar: zfd.file(), alt: zfd.text(z.string().max(120).optional()) }))
    .mutation(({ ctx, input: { avatar } }) => {
      const { avatarUrl } = ctx.store.users.update(ctx.user.id, { avatarUrl: `/avatars/${ctx.user.id}` });
      return { avatarUrl, size: avatar.size };
    }),

  sessions: protectedProcedure
    .input(z.object({ activeSince: z.date().optional() }).optional())
    .query(({ ctx, input }) => {
      const since = input?.activeSince?.getTime() ?? 0;
      const isMine = (userId: string, lastSeenAt: Date) =>
        userId === ctx.user.id && lastSeenAt.getTime() >= since;
      return ctx.store.sessions
        .list(({ userId, lastSeenAt }) => isMine(userId, lastSeenAt))
        .map(({ id, device, lastSeenAt }) => ({ id, device, lastSeenAt, isCurrent: id === ctx.session.id }));
    }),

  revokeSession: protectedProcedure.input(z.object({ sessionId: z.string() })).mutation(({ ctx, input }) => {
    if (input.sessionId === ctx.session.id) throw new StateError('Sign out to end this session');
    ctx.store.sessions.remove(input.sessionId);
    return { revoked: true };
  }),

  exportData: protectedProcedure
    .meta({ audit: true })
    .input(
      z.object({
        format: z.preprocess(emptyToUndefined, z.enum(['json', 'csv'])),
        from: z.coerce.date().optional(),
        to: z.iso.date().nullable().optional(),
      }),
    )
    .mutation(({ ctx, input: { format, from } }) => ({
      jobId: ctx.store.jobs.insert({
        organisationId: '',
        name: `export.${format}`,
        status: 'queued',
        updatedAt: null,
        details: { from },
      }).id,
      expiresAt: new Date(Date.now() + 3_600_000),
    })),

  close: protectedProcedure
    .meta({ audit: true })
    .input(z.object({ confirmation: z.literal('close my account'), reason: z.string().max(1000).optional() }))
    .mutation(({ ctx }) => ctx.store.users.remove(ctx.user.id)),
});
