import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { useMemo } from 'react';
import { JsonTree } from './json-tree.tsx';
import { readJson } from './rows.ts';
import { saveFile } from './save.ts';

/** The result as it came, as a tree, and as a file. */
export function WholeResult({ tool, result }: { tool: Tool; result: CallToolResult }) {
  // A tool without structured content may give JSON in a text.
  const inText = useMemo(() => {
    if (result.structuredContent !== undefined) return undefined;
    return result.content
      .map((block) => (block.type === 'text' ? readJson(block.text) : undefined))
      .find((value) => value !== undefined);
  }, [result]);
  return (
    <>
      <p>
        <button
          type="button"
          onClick={() => saveFile(`${tool.name}.json`, JSON.stringify(result, undefined, 2))}
        >
          Download the whole result
        </button>
      </p>
      {inText !== undefined && (
        <>
          <h4>JSON in the text</h4>
          <JsonTree value={inText} label="JSON in the text" />
        </>
      )}
      <h4>Result</h4>
      <JsonTree value={result} label="The whole result" />
    </>
  );
}
