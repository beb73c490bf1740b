import { readFileSync } from 'node:fs';

const names = [
  '@trpc/server',
  'zod',
  'express',
  'fastify',
  'hono',
  '@hono/node-server',
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/sdk',
  'trpc-to-mcp',
  'fastmcp',
  '@rekog/mcp-nest',
  'mcp-handler',
];

/** The installed versions of the packages that are measured. */
export function readVersions(): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      return [name, version];
    }),
  );
}
