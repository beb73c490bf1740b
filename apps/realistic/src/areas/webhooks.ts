import { z } from 'zod';
import { LimitError, NotFoundError, ProviderError } from '../error.ts';
import { adminProcedure, publicProcedure, router } from '../trpc.ts';

const events = z.enum(['task.created', 'task.done', 'project.archived', 'member.joined', 'document.shared']);
const byId = z.object({ webhookId: z.string() });

const target = z.object({
  url: z.url({ protocol: /^https$/ }),
  events: z.array(events).min(1),
  headers: z.record(z.string().regex(/^[A-Za-z-]+$/), z.string()).optional(),
  secret: z.string().min(16).max(128).nullish(),
  retry: z
    .object({ times: z.int().min(0).max(10), backoff: z.enum(['linear', 'exponential']) })
    .default({ times: 3, backoff: 'linear' }),
});

const openapi = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: `/${string}`, summary: string) => ({
  openapi: { method, path, summary, description: `${summary}. Needs the role admin.`, tags: ['Webhooks'] },
});

export const webhooksRouter = router({
  list: adminProcedure
    .meta(openapi('GET', '/webhooks', 'List webhooks'))
    .input(
      z.object({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    )
    .query(({ ctx, input }) => ctx.store.webhooks.page(input)),

  create: adminProcedure
    .meta(openapi('POST', '/webhooks', 'Create a webhook'))
    .input(target)
    .mutation(({ ctx, input }) => {
      if (ctx.store.webhooks.list().length >= 10) throw new LimitError('webhooks', 10);
      const { hostname } = new URL(input.url);
      return ctx.store.webhooks.insert({
        organisationId: ctx.organisation.id,
        name: hostname,
        status: 'active',
        updatedAt: null,
        details: input,
      });
    }),

  update: adminProcedure
    .meta(openapi('PUT', '/webhooks/{webhookId}', 'Replace a webhook'))
    .input(byId.extend(target.shape))
    .mutation(({ ctx, input: { webhookId, ...details } }) =>
      ctx.store.webhooks.update(webhookId, { details }),
    ),

  remove: adminProcedure
    .meta(openapi('DELETE', '/webhooks/{webhookId}', 'Delete a webhook'))
    .input(byId)
    .mutation(({ ctx, input }) => ctx.store.webhooks.remove(input.webhookId)),

  rotateSecret: adminProcedure
    .input(byId.extend({ keepOldFor: z.int().min(0).max(86_400).optional() }))
    .mutation(({ ctx, input }) => {
      const secret = crypto.randomUUID();
      return ctx.store.webhooks.update(input.webhookId, { details: { secret } });
    }),

  deliveries: adminProcedure
    .meta(openapi('GET', '/webhooks/{webhookId}/deliveries', 'List deliveries'))
    .input(
      byId.extend({
        status: z.enum(['delivered', 'failed', 'pending']).nullish(),
        since: z.coerce.date().optional(),
        limit: z.coerce.number().min(1).max(100).optional(),
      }),
    )
    .query(({ ctx, input }) => {
      const { id, createdAt } = ctx.store.webhooks.get(input.webhookId);
      return [{ id: `${id}_1`, status: 'delivered', at: createdAt, durationMs: 31 }];
    }),

  redeliver: adminProcedure
    .input(byId.extend({ deliveryIds: z.array(z.string()).min(1).max(20) }))
    .mutation(({ input }) => {
      throw new NotFoundError('delivery', input.deliveryIds[0]!);
    }),

  test: adminProcedure
    .input(byId.extend({ event: events, payload: z.json().optional() }))
    .mutation(({ ctx, input }) => {
      ctx.store.webhooks.get(input.webhookId);
      throw new ProviderError('The endpoint');
    }),

  setStatus: adminProcedure
    .input(byId.extend({ status: z.literal(['active', 'paused']) }))
    .mutation(({ ctx, input: { webhookId, status } }) => ctx.store.webhooks.update(webhookId, { status })),

  /** Called by the services that the app is connected with. */
  receive: publicProcedure
    .input(z.looseObject({ provider: z.string(), signature: z.string().optional() }))
    .mutation(({ input: { provider, ...payload } }) => ({ provider, keys: Object.keys(payload) })),
});
