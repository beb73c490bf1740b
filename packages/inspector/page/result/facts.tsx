import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { estimateTokens } from '@trpc-mcp/core/clients';
import { useMemo } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { nextPageOf } from './paging.ts';
import { describeFit } from './schema-fit.ts';

interface FactsProps {
  tool: Tool;
  result: CallToolResult;
}

/** What is to be known of a result before it is read: that it failed, how many tokens it is, whether it fits its schema. */
export function Facts({ tool, result }: FactsProps) {
  const fit = useMemo(() => describeFit(tool, result), [tool, result]);
  const tokens = useMemo(() => tokensOf(result), [result]);
  return (
    <>
      {result.isError && (
        <p role="alert" className="bad">
          The call failed. A model reads this error:
        </p>
      )}
      <p className="faint">
        About {tokens.toLocaleString()} tokens for a model.
        {fit?.isFit && ` ${fit.text}`}
      </p>
      {fit && !fit.isFit && (
        <p role="alert" className="warn">
          {revealHidden(fit.text.slice(0, 2000))}
        </p>
      )}
    </>
  );
}

/** Says how the rows that are missing are had, with a button that gets them. */
export function NextPage({
  tool,
  result,
  onArguments,
}: FactsProps & { onArguments?: (changes: Record<string, unknown>) => void }) {
  const next = useMemo(() => nextPageOf(tool, result), [tool, result]);
  if (!next) return null;
  const { text, changes } = next;
  return (
    <p className="row">
      <span>{text ? revealHidden(text.slice(0, 1000)) : 'There are more rows.'}</span>
      {changes && onArguments && (
        <button type="button" onClick={() => onArguments(changes)}>
          Get the next rows
        </button>
      )}
    </p>
  );
}

/** Counts what a model reads: the texts, or the structured content where there are none. */
function tokensOf({ content, structuredContent }: CallToolResult): number {
  const texts = content.flatMap((block) => {
    if (block.type === 'text') return [block.text];
    return block.type === 'resource' && 'text' in block.resource ? [block.resource.text] : [];
  });
  if (texts.length === 0 && structuredContent !== undefined)
    return estimateTokens(JSON.stringify(structuredContent));
  return estimateTokens(texts.join(''));
}
