import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openPglite, openPostgres } from '../src/db/database.ts';
import { seedDatabase } from '../src/sample/seed.ts';
import { dropDatabase, runOn, temporaryName, urlOf } from './databases.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    pgliteSnapshot: string;
    postgresTemplate: string | undefined;
  }
}

/** Makes the sample data once. Each test file then uses a copy, which is several times faster than making its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'trpc-mcp-demo-'));
  const url = process.env['DATABASE_URL'];
  const [snapshot, template] = await Promise.all([
    writeSnapshot(join(folder, 'pglite.tar')),
    url ? createTemplate(url) : undefined,
  ]);
  project.provide('pgliteSnapshot', snapshot);
  project.provide('postgresTemplate', template);

  return async () => {
    await rm(folder, { recursive: true });
    if (url && template) await dropDatabase(url, template);
  };
}

async function writeSnapshot(file: string): Promise<string> {
  const { db, dump, close } = await openPglite();
  await seedDatabase(db, { customers: 400 });
  await writeFile(file, (await dump()).stream());
  await close();
  return file;
}

async function createTemplate(url: string): Promise<string> {
  const name = temporaryName();
  await runOn(url, `create database ${name}`);
  const { db, close } = await openPostgres(urlOf(url, name));
  await seedDatabase(db, { customers: 400 });
  await close();
  return name;
}
