import { runCommand, startCommand } from 'example-testing';
import { expect, test } from 'vitest';

const folder = new URL('..', import.meta.url);

test('without a Redis, the app starts, says what is left out, and its client polls', async () => {
  await using server = await startCommand('tsx start.ts', { folder, env: { REDIS_URL: '', STEP_MS: '10' } });
  expect(server.printed).toContain('REDIS_URL is not set');
  const printed = await runCommand(`tsx client.ts ${server.url}`, { folder });
  const lines = printed.trimEnd().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'tools: customers_import, reports_mine, reports_sales',
      'reports_sales: task',
      'reports_sales: {"year":2026,"total":4200,"by":"ada"}',
      'customers_import: task',
      expect.stringMatching(/^question: Import "customers.csv"\?/),
      'customers_import: {"file":"customers.csv","imported":120}',
    ]),
  );
});
