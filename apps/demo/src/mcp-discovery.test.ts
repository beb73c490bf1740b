import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { describeDemo } from '../test/demo.ts';
import { type Agent, connectAgent, type Era, eras } from '../test/mcp.ts';
import { createContextFor } from './context.ts';
import type { Database } from './db/database.ts';
import { appRouter } from './router.ts';
import { mara, tokens } from './sample/cast.ts';
import { plainTokens } from './server.ts';

/** The same app, whose tools are searched for. */
async function connectToSearch(era: Era, db: Database): Promise<Agent> {
  const app = express();
  const handler = mcpHandler(appRouter, {
    createContext: createContextFor(db),
    auth: { authenticate: plainTokens(db) },
    discovery: 'search',
  });
  app.use('/mcp', handler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = await connectAgent(era, `http://127.0.0.1:${port}/mcp`, tokens.admin.token);
  return {
    ...agent,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.each(eras)('with the client of %s', (era) => {
  describeDemo((demo) => {
    it('an agent searches, reads how to call, and calls', async () => {
      await using agent = await connectToSearch(era, demo.db);
      expect((await agent.listTools()).map(({ name }) => name)).toEqual([
        'describe_tools',
        'run_mutation',
        'run_query',
        'search_tools',
      ]);
      const found = JSON.stringify(
        await agent.content('search_tools', { query: 'close the account of a customer' }),
      );
      expect(found).toContain('customers_deactivate');
      const told = JSON.stringify(await agent.content('describe_tools', { names: ['customers_search'] }));
      expect(told).toContain('query?: string');
      const { items } = await agent.call<{ items: { id: string; email: string }[] }>('run_query', {
        calls: [{ name: 'customers_search', arguments: { query: mara.email } }],
      });
      expect(items.map(({ email }) => email)).toEqual([mara.email]);
      const refused = await agent.content('run_query', {
        calls: [{ name: 'customers_reactivate', arguments: { id: items[0]!.id } }],
      });
      expect(JSON.stringify(refused)).toContain('call it with run_mutation');
      await expect(
        agent.call('run_mutation', { name: 'customers_reactivate', arguments: { id: items[0]!.id } }),
      ).resolves.toMatchObject({ email: mara.email });
    });

    it('a connector that chose the invoices and reading gets no more than that', async () => {
      const url = `${demo.url}/mcp?toolsets=invoices&readonly=1`;
      await using agent = await connectAgent(era, url, tokens.admin.token);
      const names = (await agent.listTools()).map(({ name }) => name);
      expect(names).toEqual(['invoices_export', 'invoices_list', 'invoices_totals']);
      expect(await agent.call('invoices_list', { limit: 1 })).toMatchObject({ items: [{}] });
      await expect(agent.call('customers_search', { query: mara.email })).rejects.toThrow(/customers_search/);
    });
  });
});
