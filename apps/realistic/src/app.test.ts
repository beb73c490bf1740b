import { createTRPCClient, httpLink } from '@trpc/client';
import superjson from 'superjson';
import { expect, test } from 'vitest';
import { connect } from './figures/client.ts';
import type { AppRouter } from './router.ts';
import { createApp } from './server.ts';
import { tokens } from './store/store.ts';

function createClients(token: string) {
  const { app, mcp } = createApp({ onError: () => {} });
  const trpc = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: 'http://localhost/trpc',
        transformer: superjson,
        headers: { authorization: `Bearer ${token}` },
        fetch: async (url, init) => app.fetch(new Request(url as string, init as RequestInit)),
      }),
    ],
  });
  return { app, mcp, trpc };
}

test('tRPC and MCP serve one router with one context, which is made from Hono’s', async () => {
  const { app, trpc } = createClients(tokens.ada);
  const me = await trpc.account.me.query();
  expect(me).toMatchObject({ name: 'Ada', createdAt: expect.any(Date) });
  const mcp = await connect.modern(app);
  const { structuredContent } = await mcp.call('account_me', {});
  expect(structuredContent).toEqual(JSON.parse(JSON.stringify(me)));
});

test('routers that are lazy inside lazy ones are served by both', async () => {
  const { app, trpc } = createClients(tokens.ada);
  const channels = await trpc.integrations.slack.channels.query({ query: 'gen' });
  const mcp = await connect.legacy(app);
  const { structuredContent } = await mcp.call('integrations_slack_channels', { query: 'gen' });
  expect(structuredContent).toEqual(channels);
});

test('the front end is told of the app’s own errors by its formatter', async () => {
  const { trpc } = createClients(tokens.ada);
  await expect(trpc.projects.get.query({ projectId: 'prj_999999999999' })).rejects.toMatchObject({
    message: 'There is no project with the id prj_999999999999',
    data: { appCode: 'not_found', httpStatus: 404 },
  });
});

test('guests may not change anything, and other organisations are closed', async () => {
  const { trpc } = createClients(tokens.guest);
  await expect(
    trpc.projects.star.mutate({ projectId: 'prj_000000000001', starred: true }),
  ).rejects.toMatchObject({
    data: { appCode: 'not_allowed' },
  });
  await expect(trpc.members.list.query({ organisationId: 'org_000000000002' })).rejects.toMatchObject({
    data: { appCode: 'not_allowed' },
  });
});

test('who is not signed in is told so', async () => {
  const { trpc } = createClients('nobody');
  await expect(trpc.account.preferences.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
  await expect(trpc.billing.plan.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
});
