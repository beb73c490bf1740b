import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from 'example-testing';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the running demo. */
    demo: { url: string; printed: string };
    /** A folder for files that clients keep between runs. */
    home: string;
  }
}

/** Starts the built demo as the README's command does, with its own database, for all tests here. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'trpc-mcp-clients-'));
  const demo = await startCommand('node dist/main.js', {
    folder: new URL('../../demo/', import.meta.url),
    env: { DATABASE_URL: '', DEMO_DATA_DIR: join(home, 'data') },
    findUrl: (printed) => (printed.includes('Stop with') ? /http:\S+\/mcp\b/.exec(printed)?.[0] : undefined),
  });
  project.provide('demo', { url: demo.url, printed: demo.printed });
  project.provide('home', home);
  return async () => {
    await demo[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  };
}
