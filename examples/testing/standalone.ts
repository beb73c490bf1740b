import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const examples = fileURLToPath(new URL('..', import.meta.url));
const repository = join(examples, '..');

/** The folders of examples. `testing` is not one: it has what their tests share. */
export async function listExamples(): Promise<string[]> {
  const names = await readdir(examples);
  // Another branch may have left a folder behind, with its dependencies only.
  return names.filter((name) => name !== 'testing' && existsSync(join(examples, name, 'package.json')));
}

/** The packages that examples depend on, by their names. */
export type Tarballs = Record<string, string>;

/** Packs the built packages into a folder, as they would be published. */
export async function packPackages(folder: string): Promise<Tarballs> {
  const names = await readdir(join(repository, 'packages'));
  const packed = names.map(async (name) => {
    const tarball = join(folder, `${name}.tgz`);
    const args = ['-y', 'pnpm@12', '--filter', `@trpc-mcp/${name}`, 'pack', '--out', tarball];
    await promisify(execFile)('npx', args, { cwd: repository });
    return [`@trpc-mcp/${name}`, tarball] as const;
  });
  return Object.fromEntries(await Promise.all(packed));
}

/**
 * Copies an example into an empty folder, where it needs nothing of this repository: versions in place of `workspace:` and
 * `catalog:`, the packages as tarballs, and a whole tsconfig.json. Tests stay behind.
 */
export async function writeStandalone(name: string, target: string, tarballs: Tarballs): Promise<void> {
  const source = join(examples, name);
  if ((await readdir(target)).length > 0) throw new Error(`${target} is not empty`);
  await cp(source, target, { recursive: true, filter: (path) => path === source || isOfReader(path) });

  const manifest = await readJson<Manifest>(join(source, 'package.json'));
  // Only tests need it.
  delete manifest.devDependencies?.['example-testing'];
  const catalog = await readCatalog();
  const tools = (await readJson<Manifest>(join(repository, 'package.json'))).devDependencies ?? {};
  const own = await copyTarballs(manifest, target, tarballs);
  const resolve = (dependencies: Dependencies) =>
    Object.fromEntries(
      Object.entries(dependencies).map(([dependency, version]) => [
        dependency,
        own[dependency] ?? (version === 'catalog:' ? catalog[dependency]! : version),
      ]),
    );
  const { typescript, '@types/node': nodeTypes } = tools;
  await writeJson(join(target, 'package.json'), {
    ...manifest,
    dependencies: resolve(manifest.dependencies ?? {}),
    devDependencies: resolve({
      '@types/node': nodeTypes!,
      typescript: typescript!,
      ...manifest.devDependencies,
    }),
  });

  const config = await readJson<TsConfig>(join(source, 'tsconfig.json')).catch(() => undefined);
  if (config?.extends !== '../../tsconfig.json') return;
  const base = await readJson<TsConfig>(join(repository, 'tsconfig.json'));
  // Only the repository has the sources that this names.
  const { customConditions: _, ...shared } = base.compilerOptions;
  const { extends: __, ...rest } = config;
  await writeJson(join(target, 'tsconfig.json'), {
    ...rest,
    compilerOptions: { ...shared, ...config.compilerOptions },
  });
}

type Dependencies = Record<string, string>;

interface Manifest {
  dependencies?: Dependencies;
  devDependencies?: Dependencies;
}

interface TsConfig {
  extends?: string;
  compilerOptions: Record<string, unknown>;
}

const left = new Set(['node_modules', 'test', 'dist', '.data', '.next', '.turbo', 'next-env.d.ts']);

/** Whether a reader has a use for a file. Tests with vitest are ours, and the rest is made by commands. */
function isOfReader(path: string): boolean {
  return (
    !left.has(basename(path)) &&
    !/\.(?:test|vitest)\.m?tsx?$|^vitest\..*config\.m?ts$|\.tsbuildinfo$/.test(basename(path))
  );
}

/** Copies the packages that an example names, so that the folder can be moved. Returns where npm finds them. */
async function copyTarballs(manifest: Manifest, target: string, tarballs: Tarballs): Promise<Dependencies> {
  const named = { ...manifest.dependencies, ...manifest.devDependencies };
  const folder = join(target, 'packages');
  await mkdir(folder);
  const found = Object.entries(named)
    .filter(([, version]) => version.startsWith('workspace:'))
    .map(async ([dependency]) => {
      const tarball = tarballs[dependency];
      if (tarball === undefined)
        throw new Error(`${dependency} is not published, so an example cannot need it`);
      await cp(tarball, join(folder, basename(tarball)));
      return [dependency, `file:packages/${basename(tarball)}`] as const;
    });
  return Object.fromEntries(await Promise.all(found));
}

/** The versions under `catalog:` in pnpm-workspace.yaml. */
async function readCatalog(): Promise<Dependencies> {
  const text = await readFile(join(repository, 'pnpm-workspace.yaml'), 'utf8');
  const [, block = ''] = /^catalog:\n((?: {2}.*\n)+)/m.exec(text) ?? [];
  return Object.fromEntries(
    [...block.matchAll(/^ {2}'?([^':]+)'?: (\S+)/gm)].map(([, name, version]) => [name!, version!]),
  );
}

/** Reads JSON, in which lines may be comments. */
async function readJson<T>(path: string): Promise<T> {
  const text = await readFile(path, 'utf8');
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as T;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
