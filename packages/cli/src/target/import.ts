import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

let isPrepared = false;

/** Loads a module of the app: TypeScript, ESM or CommonJS, with the `paths` of its nearest tsconfig.json. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  await prepare(file);
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  return unwrap(loaded);
}

/** Only the first module decides about `paths`: a process has one loader. */
async function prepare(file: string): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  const tsconfig = findUpwards(dirname(file), 'tsconfig.json') ?? false;
  const [esm, cjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]);
  cjs.register();
  esm.register({ tsconfig });
}

/** What a CommonJS module exports may come as the default export of an ESM module, or of one more of these. */
function unwrap(loaded: Record<string, unknown>): Record<string, unknown> {
  const { default: inner } = loaded;
  const isWrapped = typeof inner === 'object' && inner !== null && '__esModule' in inner;
  const exported = isWrapped ? { ...(inner as Record<string, unknown>) } : {};
  return { ...loaded, ...exported };
}

/** Finds a file in a folder or one above it. */
export function findUpwards(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** Resolves a package as a module of the app would. Returns `undefined` if the app does not have it. */
export function resolveFrom(file: string, specifier: string): string | undefined {
  try {
    return createRequire(file).resolve(specifier);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}
