import { Collection } from './collection.ts';
import type { Invitation, Member, Organisation, Owned, Session, Task, User } from './rows.ts';

export type Store = ReturnType<typeof createStore>;

/** The tokens of those who are signed in from the start. */
export const tokens = { ada: 'ada-1815', grace: 'grace-1906', guest: 'guest-2000' };

const day = 86_400_000;

/** A store with a little in it: two organisations, and three people who are signed in. */
export function createStore() {
  const store = {
    users: new Collection<User>('user', 'usr'),
    sessions: new Collection<Session>('session', 'ses'),
    organisations: new Collection<Organisation>('organisation', 'org'),
    members: new Collection<Member>('member', 'mem'),
    invitations: new Collection<Invitation>('invitation', 'inv'),
    projects: new Collection<Owned>('project', 'prj'),
    tasks: new Collection<Task>('task', 'tsk'),
    documents: new Collection<Owned>('document', 'doc'),
    invoices: new Collection<Owned>('invoice', 'bil'),
    webhooks: new Collection<Owned>('webhook', 'whk'),
    notifications: new Collection<Owned>('notification', 'ntf'),
    reports: new Collection<Owned>('report', 'rep'),
    integrations: new Collection<Owned>('integration', 'int'),
    jobs: new Collection<Owned>('job', 'job'),
  };
  seed(store);
  return store;
}

function seed(store: Store): void {
  const [studio] = [
    store.organisations.insert({
      slug: 'studio',
      name: 'Studio North',
      plan: 'team',
      settings: {},
      archivedAt: null,
    }),
    store.organisations.insert({
      slug: 'harbour',
      name: 'Harbour Ltd',
      plan: 'free',
      settings: {},
      archivedAt: null,
    }),
  ];
  const people = [
    { name: 'Ada', role: 'owner', token: tokens.ada, isStaff: true },
    { name: 'Grace', role: 'member', token: tokens.grace, isStaff: false },
    { name: 'Guest', role: 'guest', token: tokens.guest, isStaff: false },
  ] as const;
  for (const { name, role, token, isStaff } of people) {
    const email = `${name.toLowerCase()}@example.com`;
    const user = store.users.insert({ email, name, locale: 'en', isStaff, avatarUrl: null, preferences: {} });
    store.sessions.insert({ token, userId: user.id, device: null, lastSeenAt: new Date() });
    store.members.insert({ organisationId: studio.id, userId: user.id, role });
  }
  const own = (name: string, status = 'active') => ({
    organisationId: studio.id,
    name,
    status,
    updatedAt: null,
    details: {},
  });
  const project = store.projects.insert(own('Website'));
  store.projects.insert(own('Spring catalogue', 'archived'));
  for (const [position, name] of ['Sketch', 'Review', 'Print'].entries()) {
    const dueAt = position === 0 ? null : new Date(Date.now() + position * day);
    const rest = { projectId: project.id, assigneeId: null, priority: 'normal', dueAt, position } as const;
    store.tasks.insert({ ...own(name, 'open'), ...rest });
  }
  store.documents.insert(own('Brief.pdf'));
  store.invoices.insert({ ...own('2026-001', 'paid'), details: { amount: 120, currency: 'EUR' } });
  store.webhooks.insert({ ...own('Build hook'), details: { url: 'https://hooks.example.com/build' } });
  store.notifications.insert(own('Grace has joined', 'unread'));
  store.reports.insert(own('Weekly hours'));
  store.integrations.insert(own('slack', 'connected'));
  store.jobs.insert(own('reindex', 'failed'));
}
