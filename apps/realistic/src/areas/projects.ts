import { z } from 'zod';
import { LimitError, StateError } from '../error.ts';
import { memberProcedure, organisationProcedure, router } from '../trpc.ts';

const projectId = z.string().regex(/^prj_[0-9]{12}$/, 'prj_ and twelve digits');
const byId = z.object({ projectId });
const color = z.union([z.enum(['red', 'green', 'blue', 'grey']), z.string().regex(/^#[0-9a-fA-F]{6}$/)]);

const fields = z.object({
  name: z.string().min(1).max(120).describe('Shown everywhere'),
  key: z
    .string()
    .regex(/^[A-Z]{2,6}$/)
    .optional(),
  color: color.nullish(),
  budget: z.object({ amount: z.number().positive(), currency: z.string().length(3) }).nullable(),
  startsAt: z.coerce.date().optional(),
  endsAt: z.coerce.date().nullish(),
  labels: z.array(z.string().max(32)).max(16).optional(),
});

const openapi = (method: 'GET' | 'POST' | 'PATCH', path: `/${string}`, summary: string) => ({
  openapi: { method, path, summary, tags: ['Projects'], protect: true },
});

export const projectsRouter = router({
  list: organisationProcedure
    .meta(openapi('GET', '/projects', 'List the projects of the organisation'))
    .input(
      z.object({
        status: z.enum(['active', 'archived', 'all']).default('active'),
        query: z.string().optional(),
        cursor: z.string().nullish(),
        limit: z.number().int().min(1).max(100).optional(),
      }),
    )
    .query(({ ctx, input }) =>
      ctx.store.projects.page(
        input,
        ({ status, name }) =>
          (input.status === 'all' || status === input.status) && name.includes(input.query ?? ''),
      ),
    ),

  get: organisationProcedure
    .meta(openapi('GET', '/projects/{projectId}', 'Read a project'))
    .input(byId)
    .query(({ ctx, input }) => ctx.store.projects.get(input.projectId)),

  create: memberProcedure
    .meta(openapi('POST', '/projects', 'Create a project'))
    .input(fields)
    .mutation(({ ctx, input: { name, ...details } }) => {
      const { id: organisationId, plan } = ctx.organisation;
      if (plan === 'free' && ctx.store.projects.list().length >= 3) throw new LimitError('projects', 3);
      return ctx.store.projects.insert({ organisationId, name, status: 'active', updatedAt: null, details });
    }),

  update: memberProcedure
    .meta(openapi('PATCH', '/projects/{projectId}', 'Change a project'))
    .input(byId.extend(fields.partial().shape))
    .mutation(({ ctx, input: { projectId: id, name, ...details } }) =>
      ctx.store.projects.update(id, { name, details, updatedAt: new Date() }),
    ),

  archive: memberProcedure.input(byId).mutation(({ ctx, input }) => {
    const { status } = ctx.store.projects.get(input.projectId);
    if (status === 'archived') throw new StateError('It is archived already');
    return ctx.store.projects.update(input.projectId, { status: 'archived' });
  }),

  restore: memberProcedure
    .input(byId)
    .mutation(({ ctx, input }) => ctx.store.projects.update(input.projectId, { status: 'active' })),

  duplicate: memberProcedure
    .input(
      byId.extend({
        name: z.string().min(1).optional(),
        include: z
          .object({ tasks: z.boolean(), documents: z.boolean(), members: z.boolean() })
          .partial()
          .default({}),
        shiftDates: z.union([z.int(), z.object({ startsAt: z.date() })]).optional(),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { name, ...rest } = ctx.store.projects.get(input.projectId);
      const { id: _, createdAt: __, ...copy } = { ...rest, name: input.name ?? `${name} (copy)` };
      return ctx.store.projects.insert(copy);
    }),

  move: memberProcedure
    .input(
      z.intersection(byId, z.object({ organisationId: z.string(), keepMembers: z.boolean().optional() })),
    )
    .mutation(({ ctx, input: { projectId: id, organisationId } }) => {
      ctx.store.organisations.get(organisationId);
      return ctx.store.projects.update(id, { organisationId });
    }),

  star: memberProcedure
    .input(byId.extend({ starred: z.boolean() }))
    .mutation(({ ctx, input: { projectId: id, starred } }) =>
      ctx.store.projects.update(id, { details: { ...ctx.store.projects.get(id).details, starred } }),
    ),

  stats: organisationProcedure
    .meta(openapi('GET', '/projects/stats', 'Count tasks by project'))
    .input(
      z.object({ projectIds: z.array(projectId).max(50).optional(), since: z.iso.datetime().optional() }),
    )
    .query(({ ctx, input }) => {
      const isAsked = (id: string) => input.projectIds?.includes(id) ?? true;
      const counts = new Map<string, number>();
      for (const task of ctx.store.tasks.list(({ projectId: id }) => isAsked(id))) {
        counts.set(task.projectId, (counts.get(task.projectId) ?? 0) + 1);
      }
      return counts;
    }),
});
