const { initTRPC, TRPCError } = require('@trpc/server');
const { z } = require('zod');

/** @typedef {{ author: string }} Context */

/** @type {ReturnType<typeof initTRPC.context<Context>>} */
const typed = initTRPC.context();
/** @typedef {import('@trpc-mcp/core').McpMeta} McpMeta */
/** @type {ReturnType<typeof typed.meta<McpMeta>>} */
const builder = typed.meta();
const t = builder.create();

const notes = [{ id: 1, text: 'Water the plants', author: 'Ada' }];

const appRouter = t.router({
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

module.exports = { appRouter };
