import { createMcpTestClient, expectCatalog } from '@trpc-mcp/core/testing';
import { describe, expect, it } from 'vitest';
import '@trpc-mcp/core/testing/vitest';
import { createContextFor } from '../src/context.ts';
import { appRouter } from '../src/router.ts';
import { aiko, jonas, tokens } from '../src/sample/cast.ts';
import { plainTokens } from '../src/server.ts';
import { describeDemo, type Role } from './demo.ts';

/** The tools as they are tested without a server: the app's router and context, and a client in the same process. */
describe('a tool', () => {
  describeDemo((demo) => {
    const clientFor = (role: Role) => {
      const createContext = createContextFor(demo.db);
      return createMcpTestClient(appRouter, {
        auth: { authenticate: plainTokens(demo.db) },
        headers: { authorization: `Bearer ${tokens[role].token}` },
        createContext: ({ mcp }) => createContext({ req: { headers: {} }, mcp }),
      });
    };

    it('takes and gives what the router says, real dates among it', async () => {
      await using client = clientFor('viewer');
      const { items } = await client.unwrap.call('customers.search', { query: aiko.email });
      expect(items[0]).toMatchObject({ ...aiko, signedUpAt: expect.any(Date), deactivatedAt: null });
    });

    it('is refused to whom the app refuses it, in the words of the app', async () => {
      await using client = clientFor('viewer');
      const { items } = await client.unwrap.call('customers.search', { query: jonas.email });
      const { id } = items[0]!;
      expect(await client.call('customers.deactivate', { id })).toBeToolError(
        'FORBIDDEN',
        'This needs the role admin',
      );
      const again = await client.unwrap.call('customers.get', { id });
      expect(again.status).toBe('active');
    });

    it('says what is wrong with its arguments', async () => {
      await using client = clientFor('support');
      const result = await client.call('customers.search', { query: 'x'.repeat(201), limit: 51 });
      expect(result).toBeToolError('BAD_REQUEST');
      expect(result.ok ? [] : result.error.issues.map(({ path }) => path)).toEqual(['query', 'limit']);
    });

    it('is not there for what cannot be undone', async () => {
      await using client = clientFor('admin');
      await expect(client.call('customers.erase', { id: 'anybody' })).rejects.toThrow(
        'is not tagged for MCP',
      );
    });
  });
});

it('agents are served what mcp.lock.json promises them', async () => {
  await expectCatalog(appRouter).toMatchFile('mcp.lock.json');
});
