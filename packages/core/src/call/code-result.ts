import type { CodeResult } from '../catalog/code-mode.ts';
import type { Tool } from '../catalog/tool.ts';
import { isRecord } from '../record.ts';
import { isFileType, withTexts } from '../schema/wire/attachment.ts';
import type { ContentBlock } from '../schema/content.ts';
import type { ToResult } from './call.ts';
import type { ResultOutcome } from './outcome.ts';

/** The key of `_meta` that says how many files a result for code has. */
const filesKey = 'trpc-mcp/files';

/**
 * Converts what a procedure returned into a result for code: all of it as JSON. The bytes of files are left out, and the text
 * of files of text stands at their place. Blocks of `mcpContent` are the text of those that are texts.
 */
export const toCodeContent: ToResult<Tool> = async (tool, value) => {
  const { json, content } = await tool.output.encode(value);
  const files = content.filter(({ type }) => isFileType(type)).length;
  const whole = (json === undefined ? textOf(content) : withTexts(json, content)) ?? null;
  return {
    kind: 'result',
    result: {
      // With an idempotency key, the same result is given to whoever sends the same call without code.
      content: tool.isIdempotent ? [{ type: 'text', text: JSON.stringify(whole) }] : [],
      structuredContent: whole,
      ...(files > 0 && { _meta: { [filesKey]: files } }),
    },
  };
};

/** What code gets of a result. */
export function toCodeResult({ result }: ResultOutcome): CodeResult {
  const { structuredContent, content, _meta } = result as Partial<Record<string, unknown>>;
  const files = isRecord(_meta) ? _meta[filesKey] : undefined;
  // What is kept for an idempotency key may have been made for a client that reads texts.
  const json =
    structuredContent === undefined ? (textOf(content as ContentBlock[]) ?? null) : structuredContent;
  return { ok: true, json, ...(typeof files === 'number' && { files }) };
}

function textOf(content: readonly ContentBlock[]): string | undefined {
  const texts = content.flatMap((block) => (block.type === 'text' ? block.text : []));
  return texts.length === 0 ? undefined : texts.join('\n');
}
