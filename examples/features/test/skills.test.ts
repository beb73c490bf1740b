import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { start } from 'example-testing/server';
import { describe, expect, test } from 'vitest';
import { handler, router, worker } from '../skills.ts';
import { connect, revisions } from './clients.ts';

describe.each(revisions)('the official client of %s', (revision) => {
  test('finds the skills of a folder among the resources', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { resources } = await client.any.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['skill://refunds/SKILL.md']);
    const { contents } = await client.any.readResource({ uri: 'skill://refunds/references/POLICY.md' });
    expect(contents).toMatchObject([{ mimeType: 'text/markdown', text: expect.stringContaining('30 days') }]);
  });
});

test('a client of skills gets them from a record, and checks every file', async () => {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
    fetch: (input, init) => worker.fetch(new Request(input, init)),
  });
  await client.connect(transport);
  const skills = new SkillsClient(client);
  const { skills: found } = await skills.list();
  expect(found.map(({ frontmatter }) => frontmatter.name)).toEqual(['refunds']);
  expect(await skills.read(found[0]!, 'references/POLICY.md')).toMatchObject({ verified: true });
  await client.close();
});

test('the tools that the skill names are there', () => {
  expect(Object.keys(router._def.procedures)).toEqual(['invoices.get', 'invoices.refund']);
});
