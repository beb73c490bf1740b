import { z } from 'zod';
import { AccessError, LimitError, StateError } from '../error.ts';
import { roles } from '../store/rows.ts';
import { adminProcedure, organisationProcedure, protectedProcedure, router } from '../trpc.ts';

const role = z.enum(roles);
const assignable = role.exclude(['owner']);
const address = z.string().trim().toLowerCase().pipe(z.email().max(254));
const inAWeek = () => new Date(Date.now() + 7 * 86_400_000);

export const membersRouter = router({
  list: organisationProcedure
    .input(
      z.object({
        organisationId: z.string().optional(),
        roles: z.array(role).optional(),
        search: z.string().max(100).optional(),
        sort: z.enum(['name', 'role', 'joinedAt']).default('name'),
        direction: z.enum(['asc', 'desc']).default('asc'),
        cursor: z.string().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
    )
    .query(({ ctx, input }) => {
      const page = ctx.store.members.page(
        input,
        ({ organisationId }) => organisationId === ctx.organisation.id,
      );
      const items = page.items
        .filter((member) => input.roles?.includes(member.role) ?? true)
        .map((member) => ({ ...member, name: ctx.store.users.get(member.userId).name }));
      return { ...page, items };
    }),

  byId: organisationProcedure
    .input(z.object({ memberId: z.string().min(1) }))
    .query(({ ctx, input }) => ctx.store.members.get(input.memberId)),

  invite: adminProcedure
    .meta({ audit: true })
    .input(
      z
        .object({ email: address, role: assignable.default('member') })
        .and(
          z.discriminatedUnion('notify', [
            z.object({ notify: z.literal('email'), message: z.string().max(500).optional() }),
            z.object({ notify: z.literal('link'), expiresAt: z.date() }),
            z.object({ notify: z.literal('none') }),
          ]),
        ),
    )
    .mutation(({ ctx, input }) => {
      const expiresAt = input.notify === 'link' ? input.expiresAt : inAWeek();
      const { email, role: invited } = input;
      return ctx.store.invitations.insert({
        organisationId: ctx.organisation.id,
        email,
        role: invited,
        expiresAt,
      });
    }),

  invitations: adminProcedure
    .input(z.object({ includeExpired: z.boolean().default(false) }).optional())
    .query(({ ctx, input }) =>
      ctx.store.invitations.list(
        ({ expiresAt }) => (input?.includeExpired ?? false) || expiresAt > new Date(),
      ),
    ),

  acceptInvitation: protectedProcedure
    .input(z.object({ token: z.string().length(24).or(z.uuid()) }))
    .mutation(({ ctx, input }) => {
      const { organisationId, role: invited, email } = ctx.store.invitations.remove(input.token);
      if (email !== ctx.user.email) throw new AccessError('The invitation is for somebody else');
      return ctx.store.members.insert({ organisationId, userId: ctx.user.id, role: invited });
    }),

  revokeInvitation: adminProcedure
    .input(z.object({ invitationId: z.string() }))
    .mutation(({ ctx, input }) => ctx.store.invitations.remove(input.invitationId)),

  changeRole: adminProcedure
    .meta({ audit: true })
    .input(z.object({ memberId: z.string(), role: assignable }))
    .mutation(({ ctx, input }) => {
      if (input.memberId === ctx.member.id) throw new StateError('Somebody else has to change your role');
      return ctx.store.members.update(input.memberId, { role: input.role });
    }),

  remove: adminProcedure
    .input(z.object({ memberId: z.string(), handOverTo: z.string().nullable().default(null) }))
    .mutation(({ ctx, input }) => {
      if (input.handOverTo === input.memberId) throw new StateError('Tasks go to somebody else');
      return ctx.store.members.remove(input.memberId);
    }),

  bulkInvite: adminProcedure
    .input(
      z
        .array(z.object({ email: address, role: assignable, teams: z.set(z.string().min(1)).optional() }))
        .min(1)
        .max(50),
    )
    .mutation(({ ctx, input }) => {
      if (ctx.organisation.plan === 'free' && input.length > 5) throw new LimitError('invitations', 5);
      const { id: organisationId } = ctx.organisation;
      const invite = (email: string, invited: (typeof roles)[number]) =>
        ctx.store.invitations.insert({ organisationId, email, role: invited, expiresAt: inAWeek() });
      return input.map(({ email, role: invited }) => invite(email, invited));
    }),

  activity: organisationProcedure
    .input(
      z
        .object({
          memberId: z.string(),
          from: z.date(),
          to: z.date(),
          limit: z.number().max(500).positive().optional(),
        })
        .refine(({ from, to }) => from <= to, { error: 'It ends before it begins' }),
    )
    .query(({ ctx, input }) => {
      const { userId } = ctx.store.members.get(input.memberId);
      return ctx.store.sessions
        .list((session) => session.userId === userId)
        .map(({ lastSeenAt }) => lastSeenAt);
    }),
});
