import { z } from 'zod';
import { zfd } from 'zod-form-data';
import { LimitError, StateError } from '../error.ts';
import {
  adminProcedure,
  organisationProcedure,
  ownerProcedure,
  protectedProcedure,
  router,
} from '../trpc.ts';

const slug = z
  .string()
  .min(3)
  .max(32)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** A number of a form, where an empty field is none. */
const formNumber = z.preprocess(
  (value) => (value === '' || value === undefined ? null : Number(value)),
  z.number().int().min(0).max(365).nullable(),
);

const settings = z.object({
  retentionDays: formNumber,
  allowedDomains: z.array(z.hostname()).max(20).default([]),
  twoFactor: z.enum(['off', 'optional', 'required']).optional(),
  brandColor: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .nullish(),
  workingHours: z.tuple([z.int().min(0).max(23), z.int().min(1).max(24)]).optional(),
});

export const organisationsRouter = router({
  list: protectedProcedure.query(({ ctx }) => {
    const mine = ctx.store.members.list(({ userId }) => userId === ctx.user.id);
    return mine.map(({ organisationId, role }) => ({ ...ctx.store.organisations.get(organisationId), role }));
  }),

  bySlug: protectedProcedure.input(slug).query(({ ctx, input }) => {
    const found = ctx.store.organisations.find((organisation) => organisation.slug === input);
    return found ?? null;
  }),

  create: protectedProcedure
    .input(
      z.object({
        name: z.string().trim().min(2).max(80),
        slug,
        plan: z.enum(['free', 'team']).default('free'),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { organisations, members } = ctx.store;
      if (organisations.find((each) => each.slug === input.slug)) throw new StateError('The slug is taken');
      const made = organisations.insert({ ...input, settings: {}, archivedAt: null });
      members.insert({ organisationId: made.id, userId: ctx.user.id, role: 'owner' });
      return made;
    }),

  rename: adminProcedure
    .input(z.object({ name: z.string().min(2).max(80) }))
    .mutation(({ ctx, input }) => ctx.store.organisations.update(ctx.organisation.id, input)),

  updateSettings: adminProcedure
    .input(settings.partial({ allowedDomains: true }))
    .mutation(({ ctx, input }) =>
      ctx.store.organisations.update(ctx.organisation.id, {
        settings: { ...ctx.organisation.settings, ...input },
      }),
    ),

  uploadLogo: adminProcedure
    .input(
      zfd.formData({
        light: zfd.file(),
        dark: zfd.file().optional(),
        crop: zfd.checkbox(),
        padding: zfd.numeric(z.number().min(0).max(64).optional()),
      }),
    )
    .mutation(({ input: { light, dark, crop } }) => ({ size: light.size + (dark?.size ?? 0), crop })),

  usage: organisationProcedure
    .input(z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) }).partial())
    .query(({ ctx, input }) => {
      const isOurs = ({ organisationId }: { organisationId: string }) =>
        organisationId === ctx.organisation.id;
      const { projects, documents, members } = ctx.store;
      return {
        month: input.month ?? null,
        projects: projects.list(isOurs).length,
        documents: documents.list(isOurs).length,
        members: members.list(isOurs).length,
      };
    }),

  transferOwnership: ownerProcedure
    .meta({ audit: true })
    .input(z.object({ memberId: z.string(), keepRole: z.enum(['admin', 'member']).nullable() }))
    .mutation(({ ctx, input: { memberId, keepRole } }) => {
      const next = ctx.store.members.update(memberId, { role: 'owner' });
      if (keepRole) ctx.store.members.update(ctx.member.id, { role: keepRole });
      else ctx.store.members.remove(ctx.member.id);
      return next;
    }),

  archive: ownerProcedure.input(z.object({ organisationId: z.string() })).mutation(({ ctx, input }) => {
    const { archivedAt, plan } = ctx.store.organisations.get(input.organisationId);
    if (archivedAt) throw new StateError('It is archived already');
    if (plan === 'free') throw new LimitError('archived organisations', 0);
    return ctx.store.organisations.update(input.organisationId, { archivedAt: new Date() });
  }),

  auditLog: adminProcedure
    .input(
      z.object({
        cursor: z.string().nullish(),
        limit: z.number().int().min(1).max(100).default(50),
        actorId: z.string().optional(),
        actions: z
          .array(z.string().regex(/^[a-z]+\.[a-z]+$/))
          .nonempty()
          .optional(),
        between: z.object({ from: z.date(), to: z.date() }).optional(),
      }),
    )
    .query(({ ctx, input }) =>
      ctx.store.jobs.page(input, ({ organisationId }) => organisationId === ctx.organisation.id),
    ),
});
