import { checkTools, clientNames, clients, type Finding } from '../clients/profiles.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { Tool } from './tool.ts';

/** What only Gemini refuses is a finding of its profile, for tests that ask for it. Here it would forbid too much. */
const asked = clientNames.filter((name) => name !== 'gemini');

/**
 * What clients repair themselves, or what only the grammars of llama.cpp refuse. Such schemas are common, so that it is a
 * finding of the profile too.
 */
const forgiven = new Set(['object-properties', 'pattern-grammar', 'root-ref']);

/**
 * Finds what makes a client lose all tools of the server because of the schemas of this one. A schema that names its dialect
 * is listed exactly as it is, because the app asks for that: `ready()` says what clients make of it, and nothing is thrown.
 */
export function refusedOf({ path, listed }: Tool): SetupProblem[] {
  if (typeof listed.modern.inputSchema['$schema'] === 'string') return [];
  const byRule = new Map<string, Finding[]>();
  for (const finding of [listed.modern, listed.legacy].flatMap((tool) => checkTools([tool], asked))) {
    if (!finding.losesAll || forgiven.has(finding.rule)) continue;
    byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  }
  return Array.from(byRule.values(), ([first, ...others]): SetupProblem => {
    const { client, message, fix } = first!;
    const more = new Set(others.map((other) => other.client).filter((name) => name !== client));
    const titles = Array.from(more, (name) => clients[name].title);
    const also = titles.length === 0 ? '' : `, as do ${titles.join(', ')}`;
    return { code: 'SCHEMA_REFUSED', path, message: `${message}${also}; ${fix}` };
  });
}
