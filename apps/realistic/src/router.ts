import { lazy } from '@trpc/server';
import { accountRouter } from './areas/account.ts';
import { billingRouter } from './areas/billing/billing.ts';
import { documentsRouter } from './areas/documents.ts';
import { membersRouter } from './areas/members.ts';
import { notificationsRouter } from './areas/notifications.ts';
import { organisationsRouter } from './areas/organisations.ts';
import { projectsRouter } from './areas/projects.ts';
import { tasksRouter } from './areas/tasks.ts';
import { webhooksRouter } from './areas/webhooks.ts';
import { mergeRouters, router } from './trpc.ts';

const ownRouter = router({
  account: accountRouter,
  organisations: organisationsRouter,
  members: membersRouter,
  projects: projectsRouter,
  tasks: tasksRouter,
  documents: documentsRouter,
  webhooks: webhooksRouter,
  notifications: notificationsRouter,
  reports: lazy(() => import('./areas/reports.ts').then(({ reportsRouter }) => reportsRouter)),
  integrations: lazy(() =>
    import('./areas/integrations/integrations.ts').then(({ integrationsRouter }) => integrationsRouter),
  ),
  admin: lazy(() => import('./areas/admin.ts').then(({ adminRouter }) => adminRouter)),
});

/** Twelve areas with ten procedures each; billing comes with an instance of tRPC of its own. */
export const appRouter = mergeRouters(ownRouter, billingRouter);

export type AppRouter = typeof appRouter;
