import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeGeneratedApp } from '../../packages/cli/test/outputs/generated-app.ts';

// Measures how long `trpc-mcp outputs` takes for routers of several sizes: without a cache, and when nothing has changed.
const sizes = [100, 500];
const rounds = 3;
const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url));

for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'trpc-mcp-outputs-'));
  try {
    writeGeneratedApp(folder, size);
    symlinkSync(join(cli, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const run = (...more: string[]): string =>
      execFileSync(
        process.execPath,
        [join(cli, 'dist/bin.js'), 'outputs', 'src/router.ts', '--json', ...more],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
    const cold = measure(() => run('--no-cache'));
    const warm = measure(() => run());
    const start = measure(() => execFileSync(process.execPath, [join(cli, 'dist/bin.js'), '--version']));
    const { procedures, typed, compiler } = JSON.parse(run()) as {
      procedures: number;
      typed: number;
      compiler: string;
    };
    const { length } = readFileSync(join(folder, 'mcp.outputs.json'));
    console.log(
      `${size} procedures: ${seconds(cold)} without a cache, ${seconds(warm)} with it (${seconds(start)} of it to start the command); ${typed} of ${procedures} typed by TypeScript ${compiler}; ${Math.round(length / 1024)} KiB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The median of several rounds, in milliseconds. */
function measure(work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return times.toSorted((one, other) => one - other)[Math.floor(rounds / 2)]!;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
