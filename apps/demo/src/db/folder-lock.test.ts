import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

describe('the lock of a data folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trpc-mcp-demo-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const claimFor = (owner: string) => writeFileSync(join(folder, 'process.pid'), owner);

  it('makes the folder, and is gone after its release', () => {
    const inner = join(folder, 'a', 'b');
    const lock = lockFolder(inner);
    expect(lock.path('postgres')).toBe(join(inner, 'postgres'));
    expect(existsSync(join(inner, 'process.pid'))).toBe(true);
    lock.release();
    expect(existsSync(join(inner, 'process.pid'))).toBe(false);
  });

  it('refuses a folder that a living process has, and says what to do', () => {
    claimFor(String(process.ppid));
    expect(() => lockFolder(folder)).toThrow(
      `${folder} is in use by process ${process.ppid}. Stop that one, or set DEMO_DATA_DIR to another folder.`,
    );
  });

  it('takes over from a process that ended without releasing it', () => {
    claimFor(String(spawnSync(process.execPath, ['-e', '']).pid));
    expect(() => lockFolder(folder)).not.toThrow();
  });

  it.each(['', 'x', '0', '-1'])('takes over from %j, which is no process', (owner) => {
    claimFor(owner);
    expect(() => lockFolder(folder)).not.toThrow();
  });
});
