import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { appRouter } from '../router.ts';
import { keywords } from './keywords.ts';
import { queries } from './queries.ts';

/** How often the tool that was meant is among the first five that a search finds. */
export interface Recall {
  /** From 0 to 1. */
  rate: number;
  /** The queries that did not find their tool, with what they found. */
  missed: { query: string; path: string; found: string[] }[];
}

/** Searches the 120 tools for each query. The procedures have no descriptions: without keywords there are only names. */
export async function measureRecall(hasKeywords: boolean): Promise<Recall> {
  const tag = ({ path }: { path: string }) =>
    hasKeywords && Object.hasOwn(keywords, path) ? { keywords: [...keywords[path]!] } : true;
  // Cast: a search calls nothing of the app, and so needs no context.
  await using client = createMcpTestClient(appRouter, { tag, discovery: 'search', ctx: {} as never });
  const missed: Recall['missed'] = [];
  for (const [query, path] of queries) {
    const result = await client.callTool('search_tools', { query, limit: 5 });
    const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    const found = text.split('\n').map((line) => line.replace(/ .*/, ''));
    if (!found.includes(path.replaceAll('.', '_'))) missed.push({ query, path, found });
  }
  return { rate: 1 - missed.length / queries.length, missed };
}
