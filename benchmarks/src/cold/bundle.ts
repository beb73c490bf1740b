import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { splitOutputs } from './outputs.ts';

/** Where a bundle runs. */
export type Host = 'lambda' | 'worker';

/** A bundle of several files, of which some are loaded only when they are needed. */
export interface Bundle {
  /** The file that is loaded first. */
  file: string;
  /** What is loaded at the start: that file and those that it imports, compressed, in bytes. */
  startBytes: number;
  /** The rest, compressed, in bytes. */
  laterBytes: number;
}

const hosts: Record<Host, { platform: 'node' | 'browser'; conditions: string[] }> = {
  lambda: { platform: 'node', conditions: ['node'] },
  worker: { platform: 'browser', conditions: ['workerd', 'worker', 'browser'] },
};

/** Bundles one of the two apps as a deployment does. */
export async function bundle(app: 'ours' | 'trpc', host: Host): Promise<Bundle> {
  const outdir = fileURLToPath(new URL(`../../.data/cold/${host}-${app}/`, import.meta.url));
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`${app}.js`, import.meta.url))],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    ...hosts[host],
    // An app has these only when it uses them.
    external: ['node:*', '@opentelemetry/api', 'jose'],
    ...(host === 'lambda' && { banner: { js: requireBanner } }),
    metafile: true,
    logLevel: 'error',
  });
  const [start, later] = splitOutputs(metafile.outputs);
  const sizeOf = async (files: readonly string[]) => {
    const sizes = await Promise.all(
      files.map(async (file) => gzipSync(await readFile(file), { level: 9 }).length),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  return { file: resolve(start[0]!), startBytes: await sizeOf(start), laterBytes: await sizeOf(later) };
}

/** Packages in CommonJS require modules of Node. */
const requireBanner = `import{createRequire as _createRequire}from'node:module';const require=_createRequire(import.meta.url);`;
