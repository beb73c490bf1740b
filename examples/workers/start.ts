// Bundles the worker and runs it in workerd, the runtime of Workers. `wrangler dev` and `wrangler deploy` do the same.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

// The package exports the path of its binary. It has no types.
const { default: workerd } = createRequire(import.meta.url)('workerd') as { default: string };

interface Wrangler {
  main: string;
  compatibility_date: string;
  compatibility_flags: string[];
}

const wrangler = JSON.parse(await readFile('wrangler.json', 'utf8')) as Wrangler;
await build({
  entryPoints: [wrangler.main],
  outfile: 'dist/worker.js',
  bundle: true,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:async_hooks'],
});

const config = `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "notes", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${process.env['PORT'] ?? 8787}", http = (), service = "notes")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${wrangler.compatibility_date}",
  compatibilityFlags = ${JSON.stringify(wrangler.compatibility_flags)},
);
`;
await writeFile('dist/workerd.capnp', config);

const child = spawn(workerd, ['serve', 'dist/workerd.capnp', '--control-fd=3'], {
  stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
});
child.stdio[3]?.on('data', (line: Buffer) => {
  const { event, port } = JSON.parse(line.toString()) as { event: string; port?: number };
  if (event === 'listen') console.log(`http://127.0.0.1:${port}/mcp`);
});
child.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
