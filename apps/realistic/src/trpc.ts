import { initTRPC, TRPCError } from '@trpc/server';
import { transformer } from './transformer.ts';
import type { Context } from './context.ts';
import { AccessError, NotFoundError } from './error.ts';
import { formatError } from './format-error.ts';
import type { Role } from './store/rows.ts';

/** What the app says of its procedures: where its REST API has them, and whether they go into the audit log. */
export interface Meta {
  openapi?: {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    path: `/${string}`;
    summary?: string;
    description?: string;
    tags?: string[];
    protect?: boolean;
  };
  audit?: boolean;
}

const t = initTRPC.context<Context>().meta<Meta>().create({ transformer, errorFormatter: formatError });

export const { router, mergeRouters } = t;

/** For everybody. */
export const publicProcedure = t.procedure;

/** For those who are signed in. */
export const protectedProcedure = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx: { session: ctx.session, user: ctx.store.users.get(ctx.session.userId) } });
});

/** For members of the organisation that the caller works in. No input may name another one that exists. */
export const organisationProcedure = protectedProcedure.use(async ({ ctx, getRawInput, next }) => {
  const { store, user } = ctx;
  const mine = new Set(
    store.members.list(({ userId }) => userId === user.id).map((each) => each.organisationId),
  );
  const named = organisationIdOf(await getRawInput());
  if (named && store.organisations.find(({ id }) => id === named) && !mine.has(named))
    throw new AccessError();
  const organisation = store.organisations.find(
    ({ id, slug }) => mine.has(id) && (ctx.organisation === null || ctx.organisation === slug),
  );
  if (!organisation) throw new NotFoundError('organisation', ctx.organisation ?? 'of your own');
  const isTheirs = (member: { userId: string; organisationId: string }) =>
    member.userId === user.id && member.organisationId === organisation.id;
  return next({ ctx: { organisation, member: store.members.find(isTheirs)! } });
});

const ranks = { guest: 0, member: 1, admin: 2, owner: 3 } as const satisfies Record<Role, number>;

function withRank(least: Role) {
  return organisationProcedure.use(({ ctx, next }) => {
    if (ranks[ctx.member.role] < ranks[least]) throw new AccessError(`This needs the role ${least}`);
    return next();
  });
}

export const memberProcedure = withRank('member');
export const adminProcedure = withRank('admin');
export const ownerProcedure = withRank('owner');

/** For the people who run the service. */
export const staffProcedure = protectedProcedure.use(({ ctx, next }) => {
  if (!ctx.user.isStaff) throw new AccessError();
  return next();
});

function organisationIdOf(input: unknown): string | undefined {
  const id = (input as { organisationId?: unknown } | undefined)?.organisationId;
  return typeof id === 'string' ? id : undefined;
}
