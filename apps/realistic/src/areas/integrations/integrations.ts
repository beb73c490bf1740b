import { lazy } from '@trpc/server';
import { z } from 'zod';
import { StateError } from '../../error.ts';
import { adminProcedure, organisationProcedure, router } from '../../trpc.ts';

const provider = z.enum(['slack', 'calendar', 'drive']);
const byId = z.object({ integrationId: z.string() });

/** What somebody exported from another app. It says its own schema, and so has a property of that name. */
const exported = z.object({
  $schema: z.url().optional(),
  version: z.literal(1).or(z.literal(2)),
  mappings: z.array(
    z.object({ from: z.string(), to: z.string(), transform: z.enum(['none', 'upper']).nullish() }),
  ),
});

export const integrationsRouter = router({
  list: organisationProcedure
    .input(z.object({ providers: z.array(provider).optional() }).optional())
    .query(({ ctx, input }) =>
      ctx.store.integrations.list(({ name }) => input?.providers?.some((each) => each === name) ?? true),
    ),

  connect: adminProcedure
    .input(
      z
        .discriminatedUnion('provider', [
          z.object({ provider: z.literal('slack'), code: z.string(), state: z.uuid() }),
          z.object({ provider: z.literal('calendar'), feed: z.url(), isPrivate: z.boolean() }),
          z.object({ provider: z.literal('drive'), folderIds: z.array(z.string()).min(1) }),
        ])
        .and(z.object({ name: z.string().min(1).max(60), syncEvery: z.int().min(5).max(1440).optional() })),
    )
    .mutation(({ ctx, input }) => {
      const { provider: name, ...details } = input;
      if (ctx.store.integrations.find((each) => each.name === name))
        throw new StateError('It is connected already');
      return ctx.store.integrations.insert({
        organisationId: ctx.organisation.id,
        name,
        status: 'connected',
        updatedAt: null,
        details,
      });
    }),

  disconnect: adminProcedure
    .input(byId.extend({ keepData: z.stringbool().optional() }))
    .mutation(({ ctx, input }) => ctx.store.integrations.remove(input.integrationId)),

  importConfig: adminProcedure.input(exported).mutation(({ input }) => ({ imported: input.mappings.length })),

  logs: organisationProcedure
    .input(
      byId.extend({
        level: z.enum(['info', 'warn', 'error']).array().optional(),
        before: z.date().nullish(),
        limit: z.number().min(1).max(1000).default(100),
      }),
    )
    .query(({ ctx, input }) => {
      const { updatedAt } = ctx.store.integrations.get(input.integrationId);
      return [{ level: 'info', message: 'Connected', at: updatedAt }];
    }),

  slack: lazy(() => import('./slack.ts').then(({ slackRouter }) => slackRouter)),
});
