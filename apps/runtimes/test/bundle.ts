import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Modules of WebAssembly stay beside the bundle, and are compiled when it is deployed. */
const wasm: Plugin = {
  name: 'wasm',
  setup(builder) {
    const { absWorkingDir, outdir } = builder.initialOptions;
    builder.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
      const target = join(absWorkingDir!, outdir!, 'quickjs.wasm');
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(resolveDir, path), target);
      return { path: './quickjs.wasm', external: true };
    });
  },
};

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
    plugins: [wasm],
    metafile: true,
  });
  return metafile;
}
