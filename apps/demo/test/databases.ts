import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { Client } from 'pg';
import { inject } from 'vitest';
import { openPglite, openPostgres, type OpenDatabase } from '../src/db/database.ts';

export interface TestDatabase {
  name: string;
  /** Why this database cannot be tested here. */
  missing?: string;
  /** Opens its own copy of the sample data. */
  open(): Promise<OpenDatabase>;
}

const serverUrl = process.env['DATABASE_URL'];

/** The databases on which every test of the app runs. */
export const databases: TestDatabase[] = [
  {
    name: 'PGlite',
    open: async () => openPglite({ snapshot: await openAsBlob(inject('pgliteSnapshot')) }),
  },
  {
    name: 'PostgreSQL',
    ...(!serverUrl && { missing: 'DATABASE_URL is not set' }),
    open: async () => openTemporaryDatabase(serverUrl ?? '', inject('postgresTemplate')),
  },
];

/** Creates a database on the server, as a copy of `template` if given, and drops it on closing. */
export async function openTemporaryDatabase(url: string, template = 'template1'): Promise<OpenDatabase> {
  const name = temporaryName();
  await runOn(url, `create database ${name} template ${template}`);
  const drop = () => dropDatabase(url, name);
  try {
    const { db, close } = await openPostgres(urlOf(url, name));
    return { db, close: () => close().then(drop) };
  } catch (error) {
    await drop();
    throw error;
  }
}

export function temporaryName(): string {
  return `trpc_mcp_demo_${randomBytes(6).toString('hex')}`;
}

export function urlOf(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

/** Drops a database whose connections have ended. The server waits for connections that are closing. */
export function dropDatabase(url: string, name: string): Promise<void> {
  return runOn(url, `drop database ${name}`);
}

/** Runs one statement outside any transaction, as creating a database needs. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
