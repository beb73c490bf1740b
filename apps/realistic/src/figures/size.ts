import type { ListedTool } from './client.ts';

/** What a list costs in tokens. */
export interface Size {
  /** All that is listed. */
  whole: number;
  /** What clients hand to a model: names, descriptions and input schemas. */
  modelView: number;
  outputSchemas: number;
}

export function sizeOf(tools: readonly ListedTool[]): Size {
  const views = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  return {
    whole: tokensOf(tools),
    modelView: tokensOf(views),
    outputSchemas: tokensOf(tools.flatMap(({ outputSchema }) => outputSchema ?? [])),
  };
}

/** Four characters a token, roughly. */
function tokensOf(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
