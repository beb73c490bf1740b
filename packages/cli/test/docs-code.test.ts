import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { expect, test } from 'vitest';
import { findConfig } from '../src/config.ts';
import { checkForCursor } from './docs/clients/check.ts';
import { lintEndpoint } from './docs/lint/endpoint.ts';

const flat = (code: string): string => code.replace(/\s+/g, '');

test.each(['cli', 'lint'])('docs/%s.md shows the code of its folder here, and no other', (name) => {
  const page = readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(0);
  const folder = new URL(`docs/${name}/`, import.meta.url);
  const code = readdirSync(folder).map((file) => flat(readFileSync(new URL(file, folder), 'utf8')));
  for (const block of blocks) expect(code, block).toContain(flat(block));
});

test.each(['cli', 'lint'])('the configuration of docs/%s.md is one', async (name) => {
  const { config, file } = await findConfig(fileURLToPath(new URL(`docs/${name}`, import.meta.url)));
  expect(file).toMatch(/trpc-mcp\.config\.ts$/);
  expect(config).toMatchObject({ target: 'src/router.ts#appRouter', lint: { maxTokens: 10_000 } });
});

test('the programs of docs/lint.md and docs/clients.md find what the commands find', async () => {
  const t = initTRPC.meta<McpMeta>().create();
  const mute = t.procedure.meta({ mcp: { description: 'TODO' } }).query(() => 1);
  const long = t.procedure.meta({ mcp: { name: 'a'.repeat(60), description: 'Mutes all.' } }).query(() => 1);
  const handler = mcpHandler(t.router({ users: t.router({ mute, long }) }));
  const server = createServer((req, res) => void handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const findings = await lintEndpoint(url);
  const forCursor = await checkForCursor(url);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'description-says-nothing', tool: 'users_mute' }),
  );
  expect(forCursor).toMatchObject([{ client: 'cursor', rule: 'name-length', tool: 'a'.repeat(60) }]);
});
