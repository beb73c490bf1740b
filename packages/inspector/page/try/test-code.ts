/** Writes the call as a test for vitest, with the client of `@trpc-mcp/core/testing`. */
export function toTestCode(name: string, args: Readonly<Record<string, unknown>>): string {
  const literal = toLiteral(args).replaceAll('\n', '\n  ');
  return `import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { expect, test } from 'vitest';
// The module of your router.
import { appRouter } from './router.ts';

test(${toLiteral(`${name} answers`)}, async () => {
  // Put the context of the person who calls here.
  await using client = createMcpTestClient(appRouter, { ctx: {} });
  const result = await client.callTool(${toLiteral(name)}, ${literal});
  expect(result).toMatchObject({ ok: true });
});
`;
}

/** JSON is TypeScript, but for a key `__proto__`, which would set the prototype. */
function toLiteral(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replaceAll(/^(\s*)"__proto__":/gm, '$1["__proto__"]:')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
