import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

/** Bundles the app for Workers, as wrangler does, and lists the modules in the bundle. */
export async function bundleWorker(folder: URL): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(folder),
    entryPoints: ['src/workerd.ts'],
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    metafile: true,
  });
  return metafile;
}
