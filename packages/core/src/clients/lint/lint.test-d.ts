import { expectTypeOf, test } from 'vitest';
import { type ClientName, type LintFinding, type LintOptions, lintTools } from '../clients.ts';

test('findings have a code, a severity and a place', () => {
  const [found] = lintTools(
    { tools: [] },
    { rules: { 'name-vague': ['error', { maxTokens: 1 }] }, maxTokens: 5 },
  );
  expectTypeOf(found!).toEqualTypeOf<LintFinding>();
  expectTypeOf(found!.severity).toEqualTypeOf<'error' | 'warning'>();
  expectTypeOf(found!.place).toEqualTypeOf<string | undefined>();
});

test('settings are severities, and clients are those that are known', () => {
  expectTypeOf<LintOptions['clients']>().toEqualTypeOf<readonly ClientName[] | undefined>();
  // @ts-expect-error `warn` is no severity
  lintTools({ tools: [] }, { rules: { 'name-vague': 'warn' } });
  // @ts-expect-error nobody knows this client
  lintTools({ tools: [] }, { clients: ['cursr'] });
  // @ts-expect-error a tool has an input schema
  lintTools({ tools: [{ name: 'get' }] });
});
