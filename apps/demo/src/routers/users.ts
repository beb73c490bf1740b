import { z } from 'zod';
import { role } from '../db/schema.ts';
import { router, signedInProcedure } from '../trpc.ts';

export const usersRouter = router({
  me: signedInProcedure
    .meta({
      mcp: {
        title: 'Who am I',
        description:
          'Says who is signed in and with which role; for a customer also the id of their own account.',
      },
    })
    .output(
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        role: z.enum(role.enumValues),
        customerId: z.string().nullable().describe('The own account of a customer; null for staff'),
      }),
    )
    .query(({ ctx: { user } }) => ({
      ...user,
      customerId: user.role === 'customer' ? user.customerId : null,
    })),
});
