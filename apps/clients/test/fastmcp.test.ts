import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { start } from 'example-testing/server';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';

/** FastMCP is a package for Python, which not every machine can install: `pip install fastmcp`. */
const python = process.env['FASTMCP_PYTHON'] ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import fastmcp, mcp.client.extension']).status === 0;
const title = isThere ? 'FastMCP' : 'FastMCP (skipped: its client is not installed for Python)';
const program = fileURLToPath(new URL('../src/fastmcp_tasks.py', import.meta.url));

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  report: t.procedure.meta({ mcp: { task: { pollMs: 50 } } }).query(() => ({ rows: 3 })),
});

describe.skipIf(!isThere)(title, () => {
  test.each([
    ['tasks', ['task', '{"rows": 3}']],
    ['plain', ['{"rows": 3}']],
  ])('calls a tool with a client of the kind "%s"', async (kind, printed) => {
    const handler = mcpHandler(router, {
      callerId: ({ headers }) => headers.get('authorization') ?? undefined,
    });
    const server = await start(express().use('/mcp', handler));
    onTestFinished(async () => {
      await handler.close();
      await server[Symbol.asyncDispose]();
    });
    const args = [program, `${server.url}/mcp`, 'token-of-ada', 'report', kind];
    const { stdout } = await promisify(execFile)(python, args);
    expect(stdout.trimEnd().split('\n')).toEqual(printed);
  });
});
