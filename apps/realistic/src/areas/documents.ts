import { z } from 'zod';
import { zfd } from 'zod-form-data';
import { StateError } from '../error.ts';
import { memberProcedure, organisationProcedure, router } from '../trpc.ts';

const byId = z.object({ documentId: z.string() });

/** Parts of the forms that upload something, made anew for each form. */
const fileField = () =>
  zfd.file(z.instanceof(File).refine(({ size }) => size <= 10_000_000, 'At most 10 MB'));
const titleField = (max: number) => zfd.text(z.string().max(max));

const link = z
  .object({ id: z.string(), url: z.url(), createdAt: z.date() })
  .and(
    z.discriminatedUnion('access', [
      z.object({ access: z.literal('public'), password: z.string().min(8).nullable() }),
      z.object({ access: z.literal('people'), emails: z.array(z.email()) }),
    ]),
  );

const target = z.union([
  z.object({ folderId: z.string() }),
  z.object({ projectId: z.string(), root: z.literal(true) }),
]);

export const documentsRouter = router({
  list: organisationProcedure
    .input(
      z
        .object({
          trashed: z.boolean().default(false),
          cursor: z.string().nullish(),
          limit: z.int().min(1).max(100),
        })
        .partial({ limit: true })
        .and(target.or(z.object({ everywhere: z.literal(true) }))),
    )
    .query(({ ctx, input: { cursor, limit } }) => ctx.store.documents.page({ cursor, limit })),

  get: organisationProcedure.input(byId).query(({ ctx, input }) => ctx.store.documents.get(input.documentId)),

  upload: memberProcedure
    .input(
      zfd.formData({
        title: titleField(200),
        file: fileField(),
        projectId: zfd.text(z.string().optional()),
        version: zfd.numeric(z.number().int().positive().optional()),
        notify: zfd.checkbox({ trueValue: 'yes' }),
      }),
    )
    .mutation(({ ctx, input: { title, file } }) =>
      ctx.store.documents.insert({
        organisationId: ctx.organisation.id,
        name: title,
        status: 'active',
        updatedAt: null,
        details: { size: file.size, type: file.type },
      }),
    ),

  uploadMany: memberProcedure
    .input(
      zfd.formData({
        folderId: zfd.text(),
        files: zfd.repeatableOfType(fileField()),
        tags: zfd.repeatable(z.array(zfd.text()).max(8)),
      }),
    )
    .mutation(({ input: { files, tags } }) => ({ count: files.length, tags })),

  rename: memberProcedure
    .input(
      byId.extend({
        name: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^/\\]+$/),
      }),
    )
    .mutation(({ ctx, input: { documentId, name } }) => ctx.store.documents.update(documentId, { name })),

  move: memberProcedure
    .input(byId.and(target))
    .mutation(({ ctx, input }) => ctx.store.documents.update(input.documentId, { details: { ...input } })),

  share: memberProcedure
    .input(
      byId.and(
        z.discriminatedUnion('access', [
          z.object({ access: z.literal('public'), password: z.string().min(8).nullish() }),
          z.object({ access: z.literal('people'), emails: z.array(z.email()).min(1) }),
        ]),
      ),
    )
    .output(link)
    .mutation(({ input }) => {
      const made = { id: 'lnk_1', url: 'https://docs.example.com/s/1', createdAt: new Date() };
      if (input.access === 'people') return { ...made, access: input.access, emails: input.emails };
      return { ...made, access: input.access, password: input.password ?? null };
    }),

  shareLinks: organisationProcedure
    .input(byId.partial())
    .output(z.object({ links: z.array(link), total: z.number().int().nonnegative() }))
    .query(({ ctx }) => ({
      links: [
        {
          id: 'lnk_1',
          url: 'https://docs.example.com/s/1',
          createdAt: new Date(),
          access: 'people' as const,
          emails: [ctx.user.email],
        },
      ],
      total: 1,
    })),

  revokeShare: memberProcedure
    .input(
      z.object({ linkId: z.union([z.uuid(), z.string().startsWith('lnk_')]), force: z.never().optional() }),
    )
    .mutation(({ input }) => {
      if (input.linkId === 'lnk_0') throw new StateError('It is revoked already');
      return { revoked: input.linkId };
    }),

  search: organisationProcedure
    .input(
      z.object({
        q: z.string().trim().min(2),
        in: z.array(z.enum(['title', 'body', 'comments'])).default(['title', 'body']),
        createdBy: z.string().or(z.array(z.string())).optional(),
        where: z
          .object({ sizeOver: z.number().optional(), sizeUnder: z.number().optional() })
          .and(
            z
              .object({ type: z.string().startsWith('image/') })
              .or(z.object({ extension: z.string().max(5) })),
          )
          .optional(),
      }),
    )
    .query(({ ctx, input }) => ctx.store.documents.list(({ name }) => name.includes(input.q))),
});
