import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpDefaults } from '../../src/catalog/settings.ts';
import type { McpConfirm, McpMeta, McpSettings } from '../../src/meta.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();

test('meta is checked', () => {
  t.procedure.meta({ mcp: true });
  t.procedure.meta({ mcp: { title: 'List', annotations: { readOnlyHint: true } } });
  // @ts-expect-error there is no such setting
  t.procedure.meta({ mcp: { titel: 'List' } });
  // @ts-expect-error a title is a string
  t.procedure.meta({ mcp: { title: 1 } });
  t.procedure.meta({ mcp: { unknownArguments: 'pass' } });
  // @ts-expect-error there are two ways
  t.procedure.meta({ mcp: { unknownArguments: 'drop' } });
  t.procedure.meta({ mcp: { pinned: true, keywords: ['invoice'] } });
  // @ts-expect-error it is pinned or not
  t.procedure.meta({ mcp: { pinned: 'yes' } });
  // @ts-expect-error keywords are a list
  t.procedure.meta({ mcp: { keywords: 'invoice' } });
  t.procedure.meta({ mcp: { structured: 'always' } }).use(mcpDefaults({ structured: 'never' }));
  // @ts-expect-error it is one of three words
  t.procedure.meta({ mcp: { structured: true } });
  t.procedure.meta({ mcp: { result: { maxTokens: 1000, fields: true, format: 'tsv' } } });
  // @ts-expect-error there are two forms
  t.procedure.meta({ mcp: { result: { format: 'csv' } } });
  t.procedure.meta({ mcp: { confirm: { question: 'Close {name}?', with: 'customers.get' } } });
  // @ts-expect-error a question with names has to say which query fills them
  t.procedure.meta({ mcp: { confirm: { question: 'Close {name}?' } } });
  // @ts-expect-error a query is named by its path
  t.procedure.meta({ mcp: { confirm: { question: 'Close {name}?', with: true } } });
  expectTypeOf<McpSettings['confirm']>().toEqualTypeOf<string | true | McpConfirm | undefined>();
  expectTypeOf<McpConfirm['with']>().not.toBeAny();
  // @ts-expect-error there is no such hint
  t.procedure.meta({ mcp: { annotations: { readOnly: true } } });
});

test('meta can be extended', () => {
  interface AppMeta extends McpMeta {
    auth?: boolean;
  }
  const app = initTRPC.meta<AppMeta>().create();
  app.procedure.meta({ auth: true, mcp: { title: 'List' } });
  // @ts-expect-error the app's own part is checked as well
  app.procedure.meta({ auth: 'yes' });
});

test('defaults fit any procedure and leave its context alone', () => {
  const procedure = t.procedure
    .use(({ next }) => next({ ctx: { tenant: 1 } }))
    .use(mcpDefaults({ annotations: { openWorldHint: true } }))
    .query(({ ctx }) => {
      expectTypeOf(ctx).not.toBeAny();
      expectTypeOf(ctx).toEqualTypeOf<{ user: string; tenant: number }>();
      return ctx.tenant;
    });
  expectTypeOf(procedure._def.$types.output).toEqualTypeOf<number>();
  mcpDefaults({ keywords: ['billing'] });
  expectTypeOf<McpSettings['keywords']>().toEqualTypeOf<string[] | undefined>();
  expectTypeOf<McpSettings['pinned']>().toEqualTypeOf<boolean | undefined>();
  // @ts-expect-error a base procedure cannot pin all its leaves
  mcpDefaults({ pinned: true });
  mcpDefaults({ result: { maxTokens: 1000 } });
  // @ts-expect-error a base procedure cannot name its leaves
  mcpDefaults({ name: 'all_the_same' });
});
