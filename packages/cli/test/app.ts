import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/**
 * Writes an app into a new folder, which is removed after the test. Its modules may import what this package may: core,
 * `@trpc/server`, zod, superjson, express and others. It is ESM unless its package.json says otherwise.
 */
export function createApp(files: Readonly<Record<string, string>>): string {
  // The folder's real path: macOS links to its folder for temporary files.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'trpc-mcp-app-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = JSON.stringify({ name: 'acme', version: '1.2.3', type: 'module', private: true });
  for (const [name, text] of Object.entries({ 'package.json': manifest, ...files })) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  return folder;
}

/** A router with a context, a few tools, a resource and a prompt. */
export const notesApp: Readonly<Record<string, string>> = {
  'src/router.ts': `
import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context { user: string | undefined }
const t = initTRPC.context<Context>().meta<McpMeta>().create();
const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});
const notes = [{ id: 1, text: 'Buy milk' }, { id: 2, text: 'Call Ada' }];

export const appRouter = t.router({
  notes: t.router({
    list: signedIn
      .meta({ mcp: { description: 'Lists the notes of the signed-in user.' } })
      .output(z.array(z.object({ id: z.number(), text: z.string() })))
      .query(() => notes),
    add: signedIn
      .meta({ mcp: { description: 'Adds a note.', annotations: { destructiveHint: false } } })
      .input(z.object({ text: z.string(), tags: z.array(z.string()).optional(), at: z.object({ city: z.string() }).optional() }))
      .mutation(({ input, ctx }) => ({ ...input, by: ctx.user })),
    remove: signedIn
      .meta({ mcp: { description: 'Removes a note.', confirm: 'Remove note {id}?', scopes: ['notes:write'] } })
      .input(z.object({ id: z.number() }))
      .mutation(({ input }) => \`removed \${input.id}\`),
    picture: signedIn
      .meta({ mcp: { description: 'Draws a note.' } })
      .query(() => new File([new Uint8Array([137, 80, 78, 71])], 'note.png', { type: 'image/png' })),
    rename: signedIn
      .meta({ mcp: { description: 'Asks for a new name.' } })
      .mutation(async () => {
        const answer = await getMcpCall()?.ask({ message: 'Which name?', schema: z.object({ name: z.string().min(2), loud: z.boolean().optional() }) });
        return answer?.action === 'accept' ? answer.content : 'nothing';
      }),
    read: t.procedure
      .meta({ mcp: { resource: { uri: 'notes://{id}', mimeType: 'text/plain' } } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => \`note \${input.id}\`),
  }),
  review: t.procedure.meta({ mcp: { prompt: true } }).input(z.object({ tone: z.string() })).query(() => 'Review it.'),
});
`,
  'src/ctx.ts': `export default { user: 'ada' };\n`,
};
