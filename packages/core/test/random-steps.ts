import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { mcpDefaults } from '../src/index.ts';

export interface Context {
  user: User | undefined;
}

export interface User {
  name: string;
  role: 'viewer' | 'editor' | 'admin';
  pays: boolean;
}

export const users: User[] = [
  { name: 'vera', role: 'viewer', pays: true },
  { name: 'eve', role: 'editor', pays: false },
  { name: 'ada', role: 'admin', pays: true },
];

/** The inputs that procedures may have. */
export const inputs = {
  object: z.object({ owner: z.string(), at: z.date().optional() }),
  either: z.union([z.object({ owner: z.string() }), z.string()]),
  optional: z.object({ owner: z.string() }).optional(),
};

/** The inputs to call them with: the caller's own row, somebody else's, an invalid one, and none. */
export const questions: Record<keyof typeof inputs, readonly unknown[]> = {
  object: [{ owner: 'vera' }, { owner: 'eve' }, { owner: 1 }, undefined],
  either: [{ owner: 'vera' }, 'eve', '', { owner: 1 }, 1, undefined],
  optional: [{ owner: 'vera' }, { owner: 'eve' }, { owner: 1 }, undefined],
};

/** Can be sent over tRPC only with a transformer. */
export const dated = { owner: 'ada', at: new Date(0) };

/** How often each user has passed `limit`. Tests clear it before each call. */
export const used = new Map<string, number>();

/**
 * Middleware as apps have it: authentication, permissions, ownership of a row, rate limits, and one that only passes
 * the call on.
 */
export const steps = {
  signedIn({ ctx, next }: Call) {
    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
    return next({ ctx: { signedIn: true } });
  },
  editor: withRole('editor', 'admin'),
  admin: withRole('admin'),
  async owner({ ctx, input, getRawInput, next }: Call) {
    const asked = (input ?? (await getRawInput())) as { owner?: unknown } | string | undefined;
    const owner = typeof asked === 'string' ? asked : asked?.owner;
    if (owner !== ctx.user?.name) throw new TRPCError({ code: 'NOT_FOUND', message: 'no such row' });
    return next();
  },
  limit({ ctx, next }: Call) {
    const who = ctx.user?.name ?? '';
    used.set(who, (used.get(who) ?? 0) + 1);
    if (used.get(who)! > 1) throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'once only' });
    return next();
  },
  pays({ ctx, next }: Call) {
    if (!ctx.user?.pays) throw new TRPCError({ code: 'PAYMENT_REQUIRED', message: 'pay first' });
    return next();
  },
  crash({ ctx, next }: Call) {
    if (ctx.user?.name === 'eve') throw new Error('password=hunter2');
    return next();
  },
  async rename({ next }: Call) {
    const result = await next();
    if (!result.ok) throw new TRPCError({ code: 'CONFLICT', message: 'as this app calls it' });
    return result;
  },
  async slow({ next }: Call) {
    await new Promise((resolve) => setImmediate(resolve));
    return next();
  },
  defaults: mcpDefaults({ annotations: { openWorldHint: false } }),
};

export interface Call {
  ctx: Context;
  input: unknown;
  getRawInput: () => Promise<unknown>;
  next: (options?: object) => Promise<{ ok: boolean }>;
}

function withRole(...roles: User['role'][]) {
  return ({ ctx, next }: Call) => {
    if (ctx.user && roles.includes(ctx.user.role)) return next();
    throw new TRPCError({ code: 'FORBIDDEN', message: `only for ${roles.join(' and ')}` });
  };
}

/** The resolvers. */
export const ends = {
  value: () => ({ done: true }),
  nothing: () => undefined,
  refusal() {
    throw new TRPCError({ code: 'FORBIDDEN', message: 'not this row' });
  },
  crash() {
    throw new Error('password=hunter2');
  },
};
