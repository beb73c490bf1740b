import { describe, expect, it } from 'vitest';
import { dropDatabase, runOn, temporaryName, urlOf } from '../../test/databases.ts';
import { seedDatabase } from '../sample/seed.ts';
import { openPostgres } from './database.ts';
import { customers } from './schema.ts';

const server = process.env['DATABASE_URL'];

describe.skipIf(!server)(`PostgreSQL${server ? '' : ' (skipped: DATABASE_URL is not set)'}`, () => {
  it('is set up once by demos that start on it at the same time', async () => {
    const name = temporaryName();
    await runOn(server!, `create database ${name}`);
    try {
      const start = async () => {
        const { db, close } = await openPostgres(urlOf(server!, name));
        try {
          const isFilled = await seedDatabase(db, { customers: 60 });
          return { isFilled, customers: await db.$count(customers) };
        } finally {
          await close();
        }
      };
      const demos = await Promise.all([start(), start(), start()]);
      expect(demos.filter(({ isFilled }) => isFilled).length).toBe(1);
      expect(demos.map((demo) => demo.customers)).toEqual([60, 60, 60]);
    } finally {
      await dropDatabase(server!, name);
    }
  });
});
