import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

/** The context that `createContext` makes from a request, for tRPC and MCP alike. */
export interface Context {
  author: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const notes = [{ id: 1, text: 'Water the plants', author: 'Ada' }];

export const appRouter = t.router({
  notes: t.router({
    list: t.procedure.meta({ mcp: { description: 'Lists all notes.' } }).query(() => notes),

    read: t.procedure
      .meta({ mcp: { description: 'Reads one note.' } })
      .input(z.object({ id: z.int().describe('As notes_list returns it') }))
      .query(({ input }) => {
        const note = notes.find(({ id }) => id === input.id);
        if (!note) throw new TRPCError({ code: 'NOT_FOUND', message: `No note has the id ${input.id}.` });
        return note;
      }),

    add: t.procedure
      .meta({ mcp: { description: 'Adds a note and returns it.' } })
      .input(z.object({ text: z.string().min(1) }))
      .mutation(({ ctx, input }) => {
        const note = { id: notes.length + 1, text: input.text, author: ctx.author };
        notes.push(note);
        return note;
      }),
  }),
});
