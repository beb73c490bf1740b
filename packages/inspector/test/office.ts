import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

/** A picture of one pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A small app that has everything that one can look at: tools of all kinds, resources, a template and a prompt. */
export const officeRouter = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody by name.' } })
    .input(z.object({ name: z.string().describe('Whom to greet.') }))
    .output(z.string())
    .query(({ input }) => `Hello ${input.name}`),
  customers: t.router({
    search: t.procedure
      .meta({ mcp: { title: 'Find customers', description: 'Finds customers by name or country.' } })
      .input(
        z.object({
          query: z.string().min(1).max(64),
          country: z.enum(['DE', 'FR', 'JP']).optional(),
          limit: z.number().int().min(1).max(100).default(20),
          filter: z
            .object({ signedUpFrom: z.date().optional(), tags: z.array(z.string()).optional() })
            .optional(),
        }),
      )
      .output(z.object({ customers: z.array(z.object({ id: z.string(), name: z.string() })) }))
      .query(() => ({ customers: [{ id: '1', name: 'Ada' }] })),
    deactivate: t.procedure
      .meta({
        mcp: {
          description: 'Deactivates a customer.',
          confirm: 'Deactivate {id}?',
          dryRun: 'customers.plan',
          rateLimit: { points: 5, durationMs: 60_000 },
        },
      })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => ({ id: input.id })),
    plan: t.procedure.input(z.object({ id: z.string() })).query(({ input }) => ({ id: input.id })),
    ids: t.procedure
      .input(z.object({ value: z.string(), arguments: z.record(z.string(), z.string()) }))
      .query(({ input }) => ['ada', 'abe', 'bob'].filter((id) => id.startsWith(input.value))),
    read: t.procedure
      .meta({
        mcp: {
          description: 'One customer, as JSON.',
          resource: {
            uri: 'customers://{id}',
            mimeType: 'application/json',
          },
          complete: { id: 'customers.ids' },
        },
      })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => ({ id: input.id, name: input.id.toUpperCase() })),
  }),
  notice: t.procedure
    .meta({
      mcp: { resource: { uri: 'office://notice', mimeType: 'text/plain' }, description: 'The notice.' },
    })
    .query(() => 'The office is open.'),
  report: t.procedure
    .meta({ mcp: { resource: { uri: 'office://report', mimeType: 'text/csv' } } })
    .query(() => 'month,signUps\r\n2026-01,12\r\n2026-02,7\r\n'),
  picture: t.procedure
    .meta({ mcp: { resource: { uri: 'office://picture', mimeType: 'image/png' } } })
    .query(() => Uint8Array.from(atob(pixel), (character) => character.charCodeAt(0))),
  page: t.procedure
    .meta({ mcp: { resource: { uri: 'office://page', mimeType: 'text/html' } } })
    .query(() => '<img src=x onerror="document.title=\'bad\'"><h1>Not a heading</h1>'),
  welcome: t.procedure
    .meta({ mcp: { prompt: true, description: 'Welcomes a new customer.' } })
    .input(z.object({ name: z.string(), tone: z.enum(['friendly', 'formal']) }))
    .query(({ input }) => `Write a ${input.tone} welcome to ${input.name}.`),
});
