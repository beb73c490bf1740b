import type { AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import { role } from '../db/schema.ts';
import { type Role, router, signedInProcedure, toolsOf } from '../trpc.ts';

const mayDo: Record<Role, string> = {
  viewer: 'Reads everything, changes nothing',
  support:
    'Reads everything, signs customers up, extends trials, changes plans, publishes posts, renames own posts',
  admin: 'Does all that support does, closes and reopens accounts, renames any post',
  customer: 'Sees the own account and changes its plan, reads posts, renames own posts',
};

/** Makes the router. `readRouter` returns that of the whole app, whose tools the router tells of. */
export function createUsersRouter(readRouter: () => AnyTRPCRouter) {
  return router({
    me: signedInProcedure
      .meta({
        mcp: {
          name: 'whoami',
          title: 'Who am I',
          description:
            'Says who is signed in, with which role, and what that role may do; for a customer also the id of their ' +
            'own account.',
        },
      })
      .output(
        z.object({
          id: z.string(),
          name: z.string(),
          email: z.string(),
          role: z.enum(role.enumValues),
          customerId: z.string().nullable().describe('The own account of a customer; null for staff'),
          may: z.string().describe('What the role may do'),
          tools: z.array(z.string()).describe('The tools that the role may call'),
        }),
      )
      .query(({ ctx: { user } }) => ({
        ...user,
        customerId: user.role === 'customer' ? user.customerId : null,
        may: mayDo[user.role],
        tools: toolsOf(user.role, readRouter()),
      })),
  });
}
