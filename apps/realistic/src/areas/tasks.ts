import { tracked } from '@trpc/server';
import { z } from 'zod';
import { StateError } from '../error.ts';
import { memberProcedure, organisationProcedure, router } from '../trpc.ts';

const priority = z.enum(['low', 'normal', 'high', 'urgent']);
const taskId = z.string().startsWith('tsk_');
const byId = z.object({ taskId });

const filter = z.union([
  z.object({ kind: z.literal('mine') }),
  z.object({ kind: z.literal('assignee'), assigneeId: z.string().nullable() }),
  z.object({ kind: z.literal('due'), before: z.date(), includeOverdue: z.boolean().default(true) }),
]);

const task = z.object({
  id: taskId,
  name: z.string(),
  priority,
  dueAt: z.date().nullable(),
  position: z.number().int(),
});

const scheduled = z.object({ dueAt: z.date().nullish(), estimate: z.number().gt(0).max(1000).optional() });
const placed = z.object({ projectId: z.string(), position: z.int().nonnegative().optional() });

export const tasksRouter = router({
  list: organisationProcedure
    .input(
      z.object({
        filter: filter.optional(),
        priorities: z.array(priority).optional(),
        cursor: z.string().nullish(),
        limit: z.number().min(1).max(250).nullish(),
      }),
    )
    .query(({ ctx, input: { cursor, limit, priorities } }) =>
      ctx.store.tasks.page(
        { cursor, limit: limit ?? undefined },
        (each) => priorities?.includes(each.priority) ?? true,
      ),
    ),

  get: organisationProcedure.input(byId).query(({ ctx, input }) => ctx.store.tasks.get(input.taskId)),

  next: memberProcedure
    .output(task.optional())
    .query(({ ctx }) => ctx.store.tasks.find(({ status }) => status === 'open')),

  create: memberProcedure
    .input(
      z
        .object({ name: z.string().min(1), priority: priority.default('normal') })
        .and(scheduled)
        .and(placed),
    )
    .mutation(
      ({ ctx, input: { name, projectId, priority: urgency, dueAt = null, position = 0, estimate } }) => {
        ctx.store.projects.get(projectId);
        return ctx.store.tasks.insert({
          organisationId: ctx.organisation.id,
          name,
          status: 'open',
          updatedAt: null,
          details: { estimate },
          projectId,
          assigneeId: null,
          priority: urgency,
          dueAt,
          position,
        });
      },
    ),

  update: memberProcedure
    .input(byId.extend({ patch: scheduled.extend({ name: z.string().min(1), priority }).partial() }))
    .mutation(({ ctx, input: { taskId: id, patch } }) => {
      const { name, priority: urgency, dueAt } = patch;
      return ctx.store.tasks.update(id, { name, priority: urgency, dueAt, updatedAt: new Date() });
    }),

  assign: memberProcedure
    .input(byId.extend({ to: z.union([z.literal('me'), z.object({ memberId: z.string() }), z.null()]) }))
    .mutation(({ ctx, input: { taskId: id, to } }) => {
      const member = to === 'me' ? ctx.member : to && ctx.store.members.get(to.memberId);
      return ctx.store.tasks.update(id, { assigneeId: member?.userId ?? null });
    }),

  reorder: memberProcedure
    .input(
      z
        .object({ taskId, after: taskId.nullable(), before: taskId.nullable() })
        .refine(({ after, before }) => after !== null || before !== null, {
          error: 'Name at least one neighbour',
        }),
    )
    .mutation(({ ctx, input: { taskId: id, after } }) => {
      const position = after === null ? 0 : ctx.store.tasks.get(after).position + 1;
      return ctx.store.tasks.update(id, { position });
    }),

  bulkUpdate: memberProcedure
    .input(
      z.object({
        taskIds: z.array(taskId).min(1).max(100),
        change: z.discriminatedUnion('field', [
          z.object({ field: z.literal('status'), value: z.enum(['open', 'done', 'dropped']) }),
          z.object({ field: z.literal('priority'), value: priority }),
          z.object({ field: z.literal('dueAt'), value: z.date().nullable() }),
        ]),
      }),
    )
    .mutation(({ ctx, input: { taskIds, change } }) => {
      const known = taskIds.filter((id) => ctx.store.tasks.find((each) => each.id === id));
      if (known.length === 0) throw new StateError('None of these tasks is there any more');
      return known.map((id) => ctx.store.tasks.update(id, { [change.field]: change.value }));
    }),

  comment: memberProcedure
    .input(
      byId.extend({
        body: z.string().trim().min(1).max(10_000),
        mentions: z.array(z.string()).optional(),
        replyTo: z.string().nullish(),
        attachments: z.undefined().optional(),
      }),
    )
    .mutation(({ ctx, input }) => {
      const { id } = ctx.store.tasks.get(input.taskId);
      return { taskId: id, authorId: ctx.user.id, body: input.body, createdAt: new Date() };
    }),

  onChange: organisationProcedure
    .input(z.object({ lastEventId: z.string().nullish(), projectId: z.string().optional() }).optional())
    .subscription(async function* ({ ctx, input }) {
      for (const each of ctx.store.tasks.list()) {
        if (input?.projectId && each.projectId !== input.projectId) continue;
        yield tracked(each.id, { id: each.id, status: each.status, at: each.createdAt });
      }
    }),
});
