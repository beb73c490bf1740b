import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import type { McpMeta } from '../meta.ts';
import { bypassable } from './bypass.ts';

interface Context {
  token: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

test('an inline function in .use() sees the context, and what it adds is there for the resolver', () => {
  const procedure = t.procedure
    .use(
      bypassable('authentication', async ({ ctx, path, next }) => {
        expectTypeOf(ctx).not.toBeAny();
        expectTypeOf(ctx).toEqualTypeOf<Context>();
        expectTypeOf(path).toEqualTypeOf<string>();
        return next({ ctx: { user: { name: 'ada' } } });
      }),
    )
    .query(({ ctx }) => {
      expectTypeOf(ctx).not.toBeAny();
      expectTypeOf(ctx.user).toEqualTypeOf<{ name: string }>();
      expectTypeOf(ctx.token).toEqualTypeOf<string | undefined>();
      return ctx.user.name;
    });
  expectTypeOf(procedure._def.$types.output).toEqualTypeOf<string>();
});

test('a builder keeps its type, in front of .use() and of unstable_pipe', () => {
  const authenticated = t.middleware(({ next }) => next({ ctx: { user: 'ada' } }));
  const marked = bypassable('authentication', authenticated, authenticated);
  expectTypeOf(marked).toEqualTypeOf(authenticated);
  t.procedure.use(marked).query(({ ctx }) => {
    expectTypeOf(ctx).not.toBeAny();
    expectTypeOf(ctx.user).toEqualTypeOf<string>();
    return ctx.user;
  });
  t.procedure
    .use(marked.unstable_pipe(({ ctx, next }) => next({ ctx: { greeting: `hello ${ctx.user}` } })))
    .query(({ ctx }) => {
      expectTypeOf(ctx.greeting).toEqualTypeOf<string>();
      return ctx.greeting;
    });
});

test('a replacement may not give another context than the middleware gives', () => {
  const authenticated = t.middleware(({ next }) => next({ ctx: { user: 'ada' } }));
  const other = t.middleware(({ next }) => next({ ctx: { user: 1 } }));
  bypassable('authentication', authenticated, authenticated);
  // @ts-expect-error the user is a string
  bypassable('authentication', authenticated, other);
});

test('an inline replacement sees the context and is held to the same', () => {
  t.procedure
    .use(
      bypassable(
        'authentication',
        async ({ next }) => next({ ctx: { user: 'ada' } }),
        async ({ ctx, next }) => {
          expectTypeOf(ctx).not.toBeAny();
          expectTypeOf(ctx).toEqualTypeOf<Context>();
          return next({ ctx: { user: 'gateway' } });
        },
      ),
    )
    .query(({ ctx }) => {
      expectTypeOf(ctx.user).toEqualTypeOf<string>();
      return ctx.user;
    });
});

test('there are two kinds, and only middleware can be marked', () => {
  const denied = t.middleware(({ next }) => next());
  bypassable('permissions', denied);
  // @ts-expect-error rate limits always run
  bypassable('limits', denied);
  // @ts-expect-error it is no middleware
  bypassable('permissions', 'denied');
});
