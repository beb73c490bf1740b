import { expect, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { run } from './run.ts';

test('lists the tools of a module by area, as lines with tabs where there is no terminal', async () => {
  const cwd = createApp(notesApp);
  const { code, stdout, stderr } = await run(['list', 'src/router.ts'], { cwd });
  expect(stderr).toMatch(/^\n5 tools, 1 resource, 1 prompt; the list of tools has about \d+ tokens\.\n$/);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => line.split('\t').slice(0, 5))).toEqual([
    ['notes_add', 'notes', 'changes', 'mutation', ''],
    ['notes_list', 'notes', 'reads', 'query', ''],
    ['notes_picture', 'notes', 'reads', 'query', ''],
    ['notes_remove', 'notes', 'destroys, asks', 'mutation', 'notes:write'],
    ['notes_rename', 'notes', 'destroys', 'mutation', ''],
    ['notes_read', 'notes://{id}', 'text/plain'],
    ['review', 'tone'],
  ]);
  expect(code).toBe(0);
});

test('lists as JSON, and only JSON', async () => {
  const cwd = createApp({ ...notesApp, 'src/loud.ts': `console.log('loud'); export * from './router.ts';` });
  const { code, stdout, stderr } = await run(['list', 'src/loud.ts#appRouter', '--json'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toBe('loud\n');
  expect(JSON.parse(stdout)).toMatchObject({
    server: { name: 'acme', version: '1.2.3' },
    tools: [
      { name: 'notes_add', area: 'notes', effect: 'changes', path: 'notes.add', type: 'mutation' },
      {},
      {},
      {},
      {},
    ],
  });
});

test('says what a client makes of the list', async () => {
  const long = 'x'.repeat(70);
  const cwd = createApp({
    'router.ts': `
      import { initTRPC } from '@trpc/server';
      const t = initTRPC.meta().create();
      export const appRouter = t.router({ ${long.slice(0, 60)}: t.procedure.meta({ mcp: true }).query(() => 1) });`,
  });
  const { code, stderr } = await run(['list', 'router.ts', '--client', 'cursor'], { cwd });
  expect(stderr).toContain('Cursor takes 0 of 1 tools.');
  expect(code).toBe(0);
  const wrong = await run(['list', 'router.ts', '--client', 'cursr'], { cwd });
  expect(wrong.stderr).toContain('Allowed choices are claude-code, claude, ');
  expect(wrong.code).toBe(2);
});
