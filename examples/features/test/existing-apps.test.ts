import { SetupError } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { start } from 'example-testing/server';
import { describe, expect, test } from 'vitest';
import { chosen, documented, everything, migrated, oldRouter } from '../existing-apps.ts';
import { connect, revisions } from './clients.ts';

describe.each(revisions)('the official client of %s', (revision) => {
  const listed = async (handler: Parameters<typeof start>[0]) => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { tools } = await client.any.listTools();
    return Object.fromEntries(tools.map(({ name, description }) => [name, description?.split('\n')[0]]));
  };

  test('finds everything, what is documented, or what a rule chooses', async () => {
    expect(Object.keys(await listed(everything))).toEqual([
      'projects_archive',
      'projects_list',
      'webhooks_stripe',
    ]);
    expect(await listed(documented)).toEqual({ projects_list: 'Lists the projects of the caller' });
    expect(Object.keys(await listed(chosen))).toEqual(['projects_archive', 'projects_list']);
  });

  test('finds what trpc-to-mcp was told of', async () => {
    expect(await listed(migrated)).toEqual({ list: 'Lists notes' });
  });

  test('reads what an error of the app means', async () => {
    await using server = await start(chosen);
    const answer = () => ({ action: 'accept' as const, content: {} });
    await using client = await connect(revision, server.url, { answer });
    const { text } = await client.call('projects_archive', { id: 'p1' });
    // A client of 2025 that has no session cannot be asked.
    const said =
      revision === '2026-07-28'
        ? 'CONFLICT: p1 has open invoices'
        : 'PRECONDITION_FAILED: this needs the consent of a person';
    expect(text).toContain(said);
  });
});

test('the meta of trpc-to-mcp is recognised where nobody reads it', () => {
  expect(() => mcpHandler(oldRouter)).toThrow(SetupError);
  expect(() => mcpHandler(oldRouter)).toThrow('mcp.enabled is a setting of trpc-to-mcp; write mcp: true');
});
