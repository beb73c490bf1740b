import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { OutputSchemas } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import type { AnyTRPCRouter } from '@trpc/server';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** What became of the results of a router. */
export interface Validated {
  /** How many tools list an output schema that their result follows. */
  valid: number;
  /** The names of those that list none. */
  unlisted: string[];
  /** What was wrong, in words. */
  problems: string[];
}

/** Calls every tool of a router with the official client, and validates each result by the schema that is listed. */
export async function validateResults(
  router: AnyTRPCRouter,
  outputs: object,
  context: object = {},
): Promise<Validated> {
  const problems: string[] = [];
  const handler = mcpHandler(router, {
    outputs: outputs as OutputSchemas,
    structured: 'always',
    createContext: () => context,
    tag: () => true,
    onError: ({ error }) => problems.push(error.message),
  });
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const fetch = (url: string | URL, init?: RequestInit): Promise<Response> => handler(new Request(url, init));
  await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
  const { tools } = await client.listTools();
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const unlisted: string[] = [];
  let valid = 0;
  for (const { name, outputSchema } of tools) {
    try {
      const result = await client.callTool({ name });
      const validate = outputSchema && ajv.compile(outputSchema as object);
      if (result.isError) problems.push(`${name} failed: ${JSON.stringify(result.content)}`);
      else if (validate === undefined) unlisted.push(name);
      else if (validate(result.structuredContent)) valid += 1;
      else problems.push(`${name}: ${ajv.errorsText(validate.errors)}`);
    } catch (error) {
      // The client itself refuses what does not follow the schema.
      problems.push(`${name}: ${String(error)}`);
    }
  }
  await client.close();
  return { valid, unlisted, problems };
}
