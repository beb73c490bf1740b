import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describeCatalog } from '@trpc-mcp/core/catalog';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { initTRPC } from '@trpc/server';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test, vi } from 'vitest';
import { toNormalForm } from '../../../core/src/testing/contract/normal-form.ts';
import { compilers, read } from './read.ts';
import { parsers, typed } from './wire-cases.ts';

const file = fileURLToPath(new URL('wire-cases.ts', import.meta.url));
const t = initTRPC.meta<{ mcp: true }>().create();

describe.each(compilers)('with %s', (compiler) => {
  const { file: outputs, procedures } = read(file, compiler, 'typed');

  test('what a type says is what .output() would, apart from keys that it does not name', async () => {
    const parsed = t.router(
      Object.fromEntries(
        Object.entries(parsers).map(([name, parser]) => [
          name,
          t.procedure
            .meta({ mcp: true })
            .output(parser)
            .query((): never => undefined as never),
        ]),
      ),
    );
    const names = Object.keys(parsers);
    const ofTypes = await listed(typed, { outputs, structured: 'always' });
    const ofParsers = await listed(parsed, { structured: 'always' });
    for (const name of names) expect({ [name]: ofTypes[name] }).toEqual({ [name]: ofParsers[name] });
  });

  test('everything is known but what the types leave open', () => {
    const isOld = compiler === 'typescript-5.4';
    expect(procedures.filter(({ open }) => open.length > 0)).toEqual([
      {
        path: 'anything',
        known: 'partly',
        open: [
          { place: 'a', reason: 'any' },
          { place: 'b', reason: 'unknown' },
        ],
      },
      ...(isOld ? [{ path: 'stream', known: 'open', open: [{ place: '', reason: 'error' }] }] : []),
    ]);
  });

  test('results that come over the wire follow the schemas, and onError is told of nothing', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const failures: string[] = [];
    const onError = ({ error }: { error: Error }): void => void failures.push(error.message);
    const handler = mcpHandler(typed, { outputs, structured: 'always', onError });
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    const fetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
      handler(new Request(url, init));
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
    const { tools } = await client.listTools();
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    expect(tools.length).toBe(Object.keys(outputs.procedures).length);
    for (const { name, outputSchema } of tools) {
      const result = await client.callTool({ name });
      expect({ name, isError: result.isError ?? false }).toEqual({ name, isError: false });
      if (outputSchema === undefined) continue;
      const validate = ajv.compile(outputSchema as object);
      expect({ name, fits: validate(result.structuredContent), errors: validate.errors }).toEqual({
        name,
        fits: true,
        errors: null,
      });
    }
    expect(failures).toEqual([]);
    await client.close();
    vi.unstubAllEnvs();
  });
});

async function listed(
  router: Parameters<typeof describeCatalog>[0],
  options: object,
): Promise<Record<string, unknown>> {
  const { tools } = await describeCatalog(router, options);
  return Object.fromEntries(
    tools.map(({ path, listed: { outputSchema } }) => [
      path,
      outputSchema && opened(toNormalForm(outputSchema)),
    ]),
  );
}

/** A parser drops the keys that it does not name, and a type lets them pass. The order of keywords means nothing. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, each]) => key !== 'additionalProperties' || each !== false,
  );
  return Object.fromEntries(entries.map(([key, each]) => [key, opened(each)]));
}
