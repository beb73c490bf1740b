import type { AddedTool } from '../catalog/added.ts';
import type { Tool } from '../catalog/tool.ts';
import { checkTools, clients, type Finding } from '../clients/profiles.ts';
import type { ServerInfo } from './options.ts';

/** How many findings of one kind are printed. */
const mostShown = 3;

/**
 * Says, in one line for each kind of finding, what popular clients lose or cut of the tools and of the instructions. What
 * only costs something, or what no schema could avoid, is left out: `expectCatalog(router).toSuit(…)` has it all.
 */
export function describeFindings(
  tools: readonly (Tool | AddedTool)[],
  { instructions }: ServerInfo,
): string[] {
  const listed = tools.map((tool) => tool.listed.modern);
  // The name of the server in a client is up to the person who adds it, so names are judged without it.
  const server = { instructions: typeof instructions === 'string' ? instructions : undefined };
  const groups = new Map<string, Finding[]>();
  for (const finding of checkTools(listed, undefined, server)) {
    const { does, isTold } = clients[finding.client].rules.find(({ id }) => id === finding.rule)!;
    if (finding.severity === 'error' || isTold) groups.set(does, [...(groups.get(does) ?? []), finding]);
  }
  return Array.from(groups, ([does, found]) => {
    const titles = [...new Set(found.map(({ client }) => clients[client].title))].join(', ');
    const details = [
      ...new Set(found.map(({ tool, detail }) => (tool === undefined ? detail : `${tool}: ${detail}`))),
    ];
    const more = details.length > mostShown ? `; and ${details.length - mostShown} more` : '';
    return `MCP: ${titles} ${does} (${details.slice(0, mostShown).join('; ')}${more}); ${found[0]!.fix}`;
  });
}
