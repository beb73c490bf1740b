import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Compiles TypeScript, and returns what the compiler says against it. */
export function compile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
  try {
    const file = join(folder, 'api.ts');
    writeFileSync(file, source);
    const options = [
      '--noEmit',
      '--strict',
      '--ignoreConfig',
      '--target',
      'es2022',
      '--lib',
      'es2022',
      '--types',
      '',
    ];
    execFileSync(process.execPath, [compiler, ...options, file], { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    return stdout ?? String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
