import { expect, test } from 'vitest';
import { badgesOf, toDuration } from './badge.ts';

const kindsOf = (parts: object) =>
  badgesOf({ name: 'x', inputSchema: { type: 'object' }, ...parts }).map(({ kind }) => kind);
const facts = (procedure: object) => ({ _meta: { 'trpc-mcp/procedure': procedure }, outputSchema: {} });

test.each([
  [{ annotations: { readOnlyHint: true } }, 'reads'],
  [{ annotations: { readOnlyHint: false, destructiveHint: false } }, 'changes'],
  [{ annotations: { destructiveHint: true } }, 'destroys'],
  // The specification says that a tool may destroy unless it says otherwise.
  [{ annotations: { readOnlyHint: false } }, 'destroys'],
  [{}, 'unknown'],
  [facts({ path: 'a', type: 'query' }), 'reads'],
])('%j has the badge %s first', (parts, kind) => {
  expect(kindsOf(parts)[0]).toBe(kind);
});

test('everything that the endpoint tells of a procedure has its badge', () => {
  const told = {
    path: 'a.b',
    type: 'mutation',
    scopes: ['write'],
    confirm: true,
    dryRun: true,
    rateLimit: { points: 5, durationMs: 60_000 },
  };
  expect(kindsOf(facts(told))).toEqual(['changes', 'asks', 'scopes', 'dryRun', 'limit']);
});

test('what other servers say of a tool is understood', () => {
  expect(
    kindsOf({
      annotations: { readOnlyHint: true },
      inputSchema: {
        type: 'object',
        properties: { _dryRun: {}, photo: { properties: { data: { contentEncoding: 'base64' } } } },
      },
      _meta: {
        'anthropic/requiresUserInteraction': true,
        scopes: ['a'],
        ui: { resourceUri: 'ui://a' },
      },
    }),
  ).toEqual(['reads', 'asks', 'scopes', 'dryRun', 'file', 'app', 'noOutput']);
});

test('facts of another shape are left out', () => {
  expect(kindsOf(facts({ path: {}, scopes: 'all', rateLimit: { points: 'many' } }))).toEqual(['unknown']);
});

test.each([
  [60_000, '1 minute'],
  [90_000, '90 seconds'],
  [7_200_000, '2 hours'],
  [250, '250 ms'],
])('%d ms are %s', (ms, words) => {
  expect(toDuration(ms)).toBe(words);
});
