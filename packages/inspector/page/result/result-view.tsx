import type { CallToolResult, Tool } from '@modelcontextprotocol/client';

/** What a call gave: words, a table, a chart, a picture, or whatever else it is. */
export function ResultView({
  result,
}: {
  tool: Tool;
  args?: Readonly<Record<string, unknown>>;
  result: CallToolResult;
}) {
  return <pre tabIndex={0}>{JSON.stringify(result, undefined, 2)}</pre>;
}
