import type { CodeAnswer, CodeRun, CodeTool } from '@trpc-mcp/core';
import { tokensOf } from './cut.ts';
import { declareApi } from './declare/declaration.ts';

/** Finds procedures that fit what a model wants to do, and declares as many of them as an answer has room for. */
export async function searchApi(
  { query, limit }: { query: string; limit: number },
  run: CodeRun,
  maxTokens: number,
): Promise<CodeAnswer> {
  const found = await run.search(query, limit);
  return { kind: 'result', text: found.length === 0 ? nothing : tell(found, maxTokens) };
}

const nothing =
  'Nothing fits these words. Try others, such as what the thing is called in this app, or one of the areas in the description of search_api.';

const unknownResult =
  '\n// Promise<unknown>: the app declares no result. Return one first, to see its fields.';

function tell(found: readonly CodeTool[], maxTokens: number): string {
  // The best are first, so the last are left out.
  for (let count = found.length; count > 0; count -= 1) {
    const shown = found.slice(0, count);
    const hint = shown.some(({ outputSchema }) => outputSchema === undefined) ? unknownResult : '';
    const text = declareApi(shown) + hint;
    if (tokensOf(text) > maxTokens && count > 1) continue;
    const rest = found.slice(count).map(({ path }) => path);
    const note =
      rest.length === 0
        ? ''
        : `\n// Found too, with no room here: ${rest.join(', ')}. Search for them by name.`;
    const most = maxTokens * 4;
    return text.length > most
      ? `${text.slice(0, most)}\n// Cut: it is longer than an answer may be.`
      : text + note;
  }
  return nothing;
}
