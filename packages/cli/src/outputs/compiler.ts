import type ts from 'typescript-6';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** TypeScript's compiler: the app's own, or the one of this package. Its types are those of version 6. */
export type Compiler = typeof ts;

export interface FoundCompiler {
  version: string;
  /** Says that the app's own is not used, and why. */
  note: string | undefined;
  /** Loads it, which takes a while. */
  load(): Compiler;
}

const require = createRequire(import.meta.url);

/** Finds the compiler that the app has, from 5.4 to 6. Of 7 and later there is none to call, and 6 takes its place. */
export function findCompiler(root: string): FoundCompiler {
  const fromApp = createRequire(join(root, 'package.json'));
  const own = readVersion(fromApp, 'typescript');
  const bundled = readVersion(require, 'typescript-6')!;
  const loadBundled = (): Compiler => require('typescript-6') as Compiler;
  if (own === undefined) {
    const note = `The app has no TypeScript; its types are read with ${bundled}, which this command brings.`;
    return { version: bundled, note, load: loadBundled };
  }
  const [major = 0, minor = 0] = own.split('.').map(Number);
  if (major >= 7) {
    const note = `TypeScript ${own} of the app has no compiler that can be called; its types are read with ${bundled}, which this command brings.`;
    return { version: bundled, note, load: loadBundled };
  }
  if (major < 5 || (major === 5 && minor < 4)) {
    const note = `TypeScript ${own} of the app is older than 5.4; its types are read with ${bundled}, which this command brings.`;
    return { version: bundled, note, load: loadBundled };
  }
  return { version: own, note: undefined, load: () => fromApp('typescript') as Compiler };
}

function readVersion(from: NodeJS.Require, name: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(from.resolve(`${name}/package.json`), 'utf8')) as {
      version: string;
    };
    return manifest.version;
  } catch {
    return undefined;
  }
}
