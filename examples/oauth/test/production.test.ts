import { generateKey } from '@trpc-mcp/oauth';
import { expect, test } from 'vitest';
import { readProduction } from '../production.ts';
import { connectAgent } from './agent.ts';
import { startApp } from './app.ts';
import { openPerson } from './person.ts';

const { DATABASE_URL: databaseUrl } = process.env;

test('says what is missing', () => {
  expect(() => readProduction({ DATABASE_URL: 'postgres://db.example.com' })).toThrow('OAUTH_KEYS');
});

test.skipIf(databaseUrl === undefined)(
  `keeps everything in PostgreSQL${databaseUrl === undefined ? ' (left out: DATABASE_URL is not set)' : ''}`,
  async () => {
    const settings = readProduction({
      DATABASE_URL: databaseUrl,
      OAUTH_KEYS: JSON.stringify([await generateKey()]),
      OAUTH_SECRETS: 'a secret of more than 32 characters,another one that was used before it',
    });
    await using app = await startApp(settings);
    const ada = openPerson(app.url, 'ada');
    await using agent = await connectAgent(app.mcp, ada.agree);
    await agent.refresh();
    expect(await agent.call('list')).toContain('Buy milk');
  },
);
