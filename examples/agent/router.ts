import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

/** The context that `createContext` makes of a request, for tRPC, for MCP and for the chat. */
export interface Context {
  author: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const notes = [{ id: 1, text: 'Water the plants', author: 'Ada' }];

export const appRouter = t.router({
  notes: t.router({
    list: t.procedure.meta({ mcp: { description: 'Lists all notes.' } }).query(() => notes),

    add: t.procedure
      .meta({ mcp: { description: 'Adds a note and returns it.' } })
      .input(z.object({ text: z.string().min(1) }))
      .mutation(({ ctx, input }) => {
        const id = Math.max(0, ...notes.map((note) => note.id)) + 1;
        const note = { id, text: input.text, author: ctx.author };
        notes.push(note);
        return note;
      }),

    remove: t.procedure
      .meta({ mcp: { description: 'Removes one of your own notes.', confirm: 'Remove note {id}?' } })
      .input(z.object({ id: z.int().describe('As notes_list returns it') }))
      .mutation(({ ctx, input }) => {
        const index = notes.findIndex(({ id, author }) => id === input.id && author === ctx.author);
        if (index === -1)
          throw new TRPCError({ code: 'NOT_FOUND', message: `You have no note ${input.id}.` });
        return { removed: notes.splice(index, 1)[0]!.text };
      }),
  }),
});

export type AppRouter = typeof appRouter;
