import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeHttpExample } from 'example-testing';
import { expect, test } from 'vitest';

describeHttpExample(new URL('.', import.meta.url));

test('jest runs its tests in its default configuration', async () => {
  const bin = createRequire(import.meta.url).resolve('jest/bin/jest');
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  // What vitest sets for its own workers would make jest another.
  const { NODE_OPTIONS: _, VITEST_WORKER_ID: __, ...env } = process.env;
  const { stderr } = await promisify(execFile)(process.execPath, [bin, '--ci'], { cwd, env });
  expect(stderr).toContain('Tests:       2 passed, 2 total');
  expect(stderr).not.toContain('did not exit');
});
