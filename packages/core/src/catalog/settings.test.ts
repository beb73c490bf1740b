import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import type { McpMeta } from '../meta.ts';
import { mcpDefaults } from './settings.ts';
import { collectPaths, collectProcedures } from './walk.ts';

const t = initTRPC.meta<McpMeta>().create();

function settingsAt(router: Parameters<typeof collectPaths>[0], path: string) {
  return collectProcedures(router, collectPaths(router)).find((procedure) => procedure.path === path)
    ?.settings;
}

test('mcpDefaults alone exposes nothing', () => {
  const router = t.router({ a: t.procedure.use(mcpDefaults({ _meta: { team: 'billing' } })).query(() => 1) });
  expect(settingsAt(router, 'a')).toBeUndefined();
});

test('a leaf wins over its defaults key by key, and a later default over an earlier one', () => {
  const base = t.procedure
    .use(mcpDefaults({ annotations: { idempotentHint: true }, _meta: { team: 'billing' } }))
    .use(mcpDefaults({ _meta: { team: 'sales' } }));
  const router = t.router({
    plain: base.meta({ mcp: true }).query(() => 1),
    own: base.meta({ mcp: { title: 'Own', annotations: { openWorldHint: true } } }).query(() => 1),
  });
  expect(settingsAt(router, 'plain')).toEqual({
    annotations: { idempotentHint: true },
    _meta: { team: 'sales' },
  });
  expect(settingsAt(router, 'own')).toEqual({
    title: 'Own',
    annotations: { openWorldHint: true },
    _meta: { team: 'sales' },
  });
});

test('defaults pass the call through untouched', async () => {
  const router = t.router({
    a: t.procedure
      .use(mcpDefaults({ _meta: {} }))
      .use(({ next }) => next({ ctx: { seen: true } }))
      .query(({ ctx }) => ctx.seen),
  });
  await expect(router.createCaller({}).a()).resolves.toBe(true);
});

test('meta that procedures share is left as it was', () => {
  const mcp = Object.freeze({ title: 'Shared' });
  const base = t.procedure.use(mcpDefaults({ _meta: { team: 'billing' } })).meta(Object.freeze({ mcp }));
  const router = t.router({ a: base.query(() => 1), b: base.mutation(() => 1) });
  expect(settingsAt(router, 'a')).not.toBe(mcp);
  expect(settingsAt(router, 'a')).toEqual(settingsAt(router, 'b'));
  expect(mcp).toEqual({ title: 'Shared' });
});

test('mcp: false takes a procedure out again', () => {
  const tagged = t.procedure.meta({ mcp: { title: 'Tagged' } });
  const router = t.router({ a: tagged.meta({ mcp: false }).query(() => 1) });
  expect(settingsAt(router, 'a')).toBeUndefined();
});

test('a key that is there and undefined takes nothing away', () => {
  const visible = () => false;
  const base = t.procedure.use(mcpDefaults({ visible, instructions: 'Ask first.' }));
  const router = t.router({
    a: base.meta({ mcp: { visible: undefined as never, title: 'A' } }).query(() => 1),
  });
  expect(settingsAt(router, 'a')).toEqual({ visible, instructions: 'Ask first.', title: 'A' });
});

test('scopes add up, each one once, and none at all are none', () => {
  const base = t.procedure
    .use(mcpDefaults({ scopes: ['read'] }))
    .use(mcpDefaults({ scopes: ['write', 'read'] }));
  const router = t.router({
    a: base.meta({ mcp: { scopes: ['close'] } }).query(() => 1),
    b: t.procedure.meta({ mcp: { scopes: [] } }).query(() => 1),
  });
  expect(settingsAt(router, 'a')).toEqual({ scopes: ['read', 'write', 'close'] });
  expect(settingsAt(router, 'b')).toEqual({});
});
