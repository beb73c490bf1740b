import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchBody } from '../load/check.ts';
import type { MountCost } from '../mount-cost.ts';
import { type Running, startOrThrow } from '../run/child.ts';
import { onAllCores } from '../run/cores.ts';
import { measure, type Pace, type Run, type Series } from '../run/measure.ts';
import { findTarget, staticTarget } from '../target.ts';

/** The costs of a number of tools. */
export interface ToolsResult {
  tools: number;
  listBytes: number;
  list: Series;
  /** The same bytes, from a buffer. */
  buffer: Series;
  call: Series;
  mounts: MountCost[];
}

const run = promisify(execFile);
const ours = findTarget('ours-express');

/** Lists, calls and mounts by the number of tools. */
export async function measureTools(sizes: readonly number[], pace: Pace): Promise<ToolsResult[]> {
  const pairs: { tools: number; server: Running; buffer: Running; bytes: number }[] = [];
  for (const tools of sizes) {
    const server = await startOrThrow(ours, { fillers: tools - 2 });
    const body = await fetchBody(server.port, '2026-07-28', { method: 'tools/list' });
    const count = (JSON.parse(body) as { result: { tools: unknown[] } }).result.tools.length;
    if (count !== tools) throw new Error(`${count} tools are listed, not ${tools}`);
    const file = fileURLToPath(new URL(`../list-${tools}.json`, import.meta.url));
    await writeFile(file, body);
    const buffer = await startOrThrow(staticTarget, { file });
    pairs.push({ tools, server, buffer, bytes: Buffer.byteLength(body) });
  }
  const ask = { method: 'tools/list' } as const;
  const hello = { procedure: 'hello', input: { name: 'Ada' } };
  const series = await measure(
    pairs.flatMap(({ tools, server, buffer }): Run[] => [
      { key: `list ${tools}`, server, ask, connections: 8 },
      { key: `buffer ${tools}`, server: buffer, ask, connections: 8 },
      { key: `call ${tools}`, server, ask: hello, connections: 64 },
    ]),
    pace,
  );
  for (const { server, buffer } of pairs) {
    server.stop();
    buffer.stop();
  }
  const results = [];
  for (const { tools, bytes } of pairs) {
    results.push({
      tools,
      listBytes: bytes,
      list: series.get(`list ${tools}`)!,
      buffer: series.get(`buffer ${tools}`)!,
      call: series.get(`call ${tools}`)!,
      mounts: await mountOften(tools, Math.min(2, pace.rounds)),
    });
  }
  return results;
}

/** In a new process each time, as when an app starts: nothing is compiled yet, and no load uses a core. */
async function mountOften(tools: number, times: number): Promise<MountCost[]> {
  const entry = fileURLToPath(new URL('../mount-cost.js', import.meta.url));
  const costs = [];
  for (let time = 0; time < times; time++) {
    const { stdout } = await run(...onAllCores(process.execPath, ['--expose-gc', entry, String(tools)]));
    costs.push(JSON.parse(stdout) as MountCost);
  }
  return costs;
}
