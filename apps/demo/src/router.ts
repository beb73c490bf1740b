import type { AnyTRPCRouter } from '@trpc/server';
import { activityRouter } from './routers/activity.ts';
import { customersRouter } from './routers/customers.ts';
import { invoicesRouter } from './routers/invoices.ts';
import { postsRouter } from './routers/posts.ts';
import { reportsRouter } from './routers/reports.ts';
import { signUpsRouter } from './routers/sign-ups.ts';
import { subscriptionsRouter } from './routers/subscriptions.ts';
import { createUsersRouter } from './routers/users.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  customers: customersRouter,
  subscriptions: subscriptionsRouter,
  invoices: invoicesRouter,
  posts: postsRouter,
  reports: reportsRouter,
  signUps: signUpsRouter,
  users: createUsersRouter((): AnyTRPCRouter => appRouter),
  activity: activityRouter,
});

export type AppRouter = typeof appRouter;
