import { checkProjects, pathsOf, toRouter, type TypesResult } from './types.ts';

/**
 * Measures how long it takes to type-check calls with `@trpc/client`, and the same calls with the test client: of one
 * procedure, and of all of them.
 */
export async function measureClientTypes(procedures: number, times: number): Promise<TypesResult[]> {
  const paths = pathsOf(procedures);
  const projects = {
    'router alone': `import { router } from './router.ts';\nvoid router;\n`,
    '@trpc/client, 1 call': toTrpcCalls(paths.slice(-1)),
    'test client, 1 call': toMcpCalls(paths.slice(-1)),
    [`@trpc/client, ${procedures} calls`]: toTrpcCalls(paths),
    [`test client, ${procedures} calls`]: toMcpCalls(paths),
  };
  // With a transformer, tRPC's client does not compute the JSON type of each output, which would make ours look
  // better.
  const router = toRouter(procedures).replace('.create()', '.create({ transformer: superjson })');
  return checkProjects(`import superjson from 'superjson';\n${router}`, projects, times);
}

const input = `{ id: 'a', since: new Date() }`;

function toTrpcCalls(paths: readonly string[]): string {
  const calls = paths.map(
    (path) => `export const a${nameOf(path)} = (await client.${path}.query(${input})).tags;\n`,
  );
  return `import { createTRPCClient, httpLink } from '@trpc/client';
import superjson from 'superjson';
import type { router } from './router.ts';

const client = createTRPCClient<typeof router>({ links: [httpLink({ url: '', transformer: superjson })] });
${calls.join('')}`;
}

function toMcpCalls(paths: readonly string[]): string {
  const calls = paths.map(
    (path) => `export const a${nameOf(path)} = (await client.unwrap.call('${path}', ${input})).tags;\n`,
  );
  return `import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { router } from './router.ts';

const client = createMcpTestClient(router, { ctx: { user: undefined } });
${calls.join('')}`;
}

function nameOf(path: string): string {
  return path.replace('.', '_');
}
