import { initTRPC, TRPCError } from '@trpc/server';
import { mcpContent, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const names = ['Ada', 'Ben', 'Cleo'];

const review = t.procedure
  .meta({ mcp: { prompt: true, title: 'Review a text', complete: { author: 'authors' } } })
  .input(
    z.object({
      author: z.string().describe('Whose text it is'),
      tone: z.enum(['kind', 'strict']).default('kind'),
      words: z.number().max(500).optional().describe('How long the review may be'),
    }),
  )
  .query(({ input: { author, tone, words = 200 } }) => {
    if (!names.includes(author)) {
      throw new TRPCError({ code: 'NOT_FOUND', message: `${author} has written nothing.` });
    }
    return `Review the last text of ${author}. Be ${tone}, in ${words} words at most.`;
  });

const interview = t.procedure
  .meta({ mcp: { prompt: { name: 'practise_interview' } } })
  .input(z.object({ job: z.string() }))
  .query(({ input }) => ({
    description: `An interview for the job of a ${input.job}`,
    messages: [
      { role: 'user', content: `Interview me for the job of a ${input.job}.` },
      { role: 'assistant', content: 'Gladly. What did you do last?' },
    ],
  }));

const explain = t.procedure.meta({ mcp: { prompt: true } }).query(() =>
  mcpContent([
    { type: 'text', text: 'Explain these rules to a new colleague.' },
    { type: 'resource', resource: { uri: 'docs://rules', text: 'Never promise a refund.' } },
  ]),
);

const authors = t.procedure
  .input(z.object({ value: z.string() }))
  .query(({ input }) => names.filter((name) => name.startsWith(input.value)));

export const router = t.router({ review, interview, explain, authors });

export const handler = mcpHandler(router);

export const withTool = mcpHandler(router, { asTools: { prompts: true } });
