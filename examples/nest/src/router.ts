import { HttpException } from '@nestjs/common';
import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
import type { NotesService } from './notes.service';

/** What procedures get: the services of Nest, and who calls. */
export interface Context {
  notes: NotesService;
  author: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

/** Gives the exceptions of Nest the codes of tRPC. */
const translated = t.procedure.use(async ({ next }) => {
  const result = await next();
  const cause = result.ok ? undefined : result.error.cause;
  if (!(cause instanceof HttpException)) return result;
  const code = codes[cause.getStatus()] ?? 'INTERNAL_SERVER_ERROR';
  throw new TRPCError({ code, message: cause.message });
});

const codes: Record<number, TRPCError['code']> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
};

export const appRouter = t.router({
  notes: t.router({
    list: translated.meta({ mcp: { description: 'Lists all notes.' } }).query(({ ctx }) => ctx.notes.list()),

    read: translated
      .meta({ mcp: { description: 'Reads one note.' } })
      .input(z.object({ id: z.int().describe('As notes_list returns it') }))
      .query(({ ctx, input }) => ctx.notes.read(input.id)),

    add: translated
      .meta({ mcp: { description: 'Adds a note and returns it.' } })
      .input(z.object({ text: z.string().min(1) }))
      .mutation(({ ctx, input }) => ctx.notes.add(input.text, ctx.author)),
  }),
});
