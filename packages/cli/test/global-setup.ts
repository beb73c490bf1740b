import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the command, so that tests start what users start. The build of core is that of the test command. */
export function setup(): void {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: folder, stdio: 'inherit' });
}
