import { z } from 'zod';
import { ProviderError } from '../../error.ts';
import { adminProcedure, memberProcedure, organisationProcedure, router } from '../../trpc.ts';

const channelId = z.string().regex(/^[CG][A-Z0-9]{8,10}$/);

const text = z.object({
  type: z.literal('text'),
  text: z.string().min(1).max(3000),
  isMarkdown: z.boolean().optional(),
});
const divider = z.object({ type: z.literal('divider') });
const button = z.object({ type: z.literal('button'), label: z.string().max(75), url: z.url().nullish() });
const block = z.discriminatedUnion('type', [text, divider, button]);

export const slackRouter = router({
  channels: organisationProcedure
    .input(z.object({ query: z.string().optional(), cursor: z.string().nullable().default(null) }))
    .query(() => ({ items: [{ id: 'C0000000001', name: 'general' }], nextCursor: null })),

  link: adminProcedure
    .input(
      z.object({ channelId, projectId: z.string(), events: z.array(z.enum(['created', 'done'])).min(1) }),
    )
    .mutation(({ ctx, input }) =>
      ctx.store.projects.update(input.projectId, { details: { channelId: input.channelId } }),
    ),

  unlink: adminProcedure
    .input(z.object({ channelId, projectId: z.string().nullish() }))
    .mutation(({ input }) => ({ unlinked: input.channelId })),

  post: memberProcedure
    .input(
      z.object({
        to: channelId.or(z.email()),
        blocks: z.array(block).min(1).max(50),
        threadId: z.string().optional(),
      }),
    )
    .mutation(({ input }) => {
      if (input.blocks.length > 40) throw new ProviderError('Slack');
      return { id: '1700000000.000100', to: input.to, postedAt: new Date() };
    }),

  preview: memberProcedure
    .input(
      z.object({
        blocks: z.tuple([text]).rest(block),
        footer: z.templateLiteral(['#', z.number()]).optional(),
      }),
    )
    .query(({ input }) => input.blocks.map(({ type }) => type).join(' ')),
});
