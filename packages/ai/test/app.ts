import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user: string;
  isAdmin?: boolean;
}

/** A PNG of one pixel. */
export const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Makes a small app, and the record of what its procedures did. */
// The return type is what it is for: the types of the router.
export function createApp() {
  const t = initTRPC.context<Context>().meta<McpMeta>().create();
  const done: string[] = [];
  const admin = t.procedure.use(({ ctx, next }) => {
    if (!ctx.isAdmin) throw new TRPCError({ code: 'FORBIDDEN', message: 'Only admins may do this.' });
    return next();
  });
  const id = z.int().describe('As customers_list returns it');
  const appRouter = t.router({
    customers: t.router({
      list: t.procedure
        .meta({ mcp: { description: 'Lists all customers.' } })
        .input(z.object({ most: z.int().optional() }))
        .query(({ input }) => {
          done.push(`list ${input.most ?? 'all'}`);
          return [{ id: 1, name: 'Ada Ltd', since: new Date('2026-01-02T03:04:05.000Z') }];
        }),
      name: t.procedure
        .meta({ mcp: true })
        .input(z.object({ id }))
        .query(({ input }) => ({ name: `Customer ${input.id}` })),
      rename: t.procedure
        .meta({ mcp: { description: 'Renames a customer.' } })
        .input(z.object({ id, name: z.string().min(1) }))
        .mutation(({ ctx, input }) => {
          done.push(`${ctx.user} renames ${input.id} to ${input.name}`);
          return { id: input.id, name: input.name };
        }),
      deactivate: admin
        .meta({
          mcp: {
            description: 'Deactivates a customer.',
            confirm: { question: 'Deactivate {name}?', with: 'customers.name' },
          },
        })
        .input(z.object({ id }))
        .mutation(({ ctx, input }) => {
          done.push(`${ctx.user} deactivates ${input.id}`);
          return { deactivated: input.id };
        }),
    }),
    forms: t.router({
      greet: t.procedure.meta({ mcp: true }).query(({ ctx }) => `Hello ${ctx.user}`),
      nothing: t.procedure.meta({ mcp: true }).mutation(() => {}),
      picture: t.procedure
        .meta({ mcp: true })
        .query(() => new File([Buffer.from(pixel, 'base64')], 'pixel.png', { type: 'image/png' })),
      document: t.procedure
        .meta({ mcp: true })
        .query(() => new File(['%PDF-1.4'], 'terms.pdf', { type: 'application/pdf' })),
      post: t.procedure
        .meta({ mcp: true })
        .query(() => ({ content: [{ type: 'text', text: 'looks like a block' }] })),
      broken: t.procedure.meta({ mcp: true }).query((): string => {
        throw new Error('the password of the database is 1234');
      }),
      wait: t.procedure.meta({ mcp: true }).query(async ({ signal }) => {
        const aborted = new Promise((_, reject) => {
          signal!.addEventListener('abort', () => {
            done.push('aborted');
            reject(new Error('aborted'));
          });
        });
        getMcpCall()?.progress({ progress: 1, total: 2, message: 'half' });
        await aborted;
      }),
    }),
  });
  return { appRouter, done };
}
