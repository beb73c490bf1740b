import type { ToolCallResult } from '@trpc-mcp/core/caller';
import type { JSONValue } from 'ai';
import { type Block, fileOf, wordsOf } from '../words.ts';

/**
 * What a tool resolves to where its content is not a copy of the JSON: with files, with `toContent`, with a result that was
 * cut or written as TSV, and where the procedure returned nothing.
 */
export interface ToolContent {
  /** The blocks of the result, as they are in MCP. */
  content: ToolCallResult['content'];
  /** The JSON of the result, if the tool sends it beside the content. */
  structuredContent?: unknown;
}

/** What a model reads of a result, in a form that both majors of the AI SDK take. */
export type ModelOutput =
  | { type: 'text'; value: string }
  | { type: 'json'; value: JSONValue }
  | {
      type: 'content';
      value: (
        | { type: 'text'; text: string }
        | { type: 'image-data'; data: string; mediaType: string }
        | { type: 'file-data'; data: string; mediaType: string; filename?: string }
      )[];
    };

/** The value of a result: its JSON, where that says everything, else `ToolContent`. */
export function toOutput(result: ToolCallResult): unknown {
  const { content, structuredContent: json } = result;
  if (isCopy(content, json) && !isToolContent(json)) return json;
  return { content, ...(json !== undefined && { structuredContent: json }) } satisfies ToolContent;
}

/**
 * What the model reads of an output. It gets the output alone, because the AI SDK also asks it about outputs that come back
 * from a browser with the messages. `takesFile` says that it is v7, where `file` has taken the place of the other forms.
 */
export function toModelOutput(output: unknown, takesFile: boolean): ModelOutput {
  if (typeof output === 'string') return { type: 'text', value: output };
  // Cast: an output that is no ToolContent is JSON.
  if (!isToolContent(output)) return { type: 'json', value: (output ?? null) as JSONValue };
  const { content } = output;
  const [first] = content;
  if (content.length === 1 && first!.type === 'text') return { type: 'text', value: first!.text };
  return { type: 'content', value: content.map((block) => toPart(block, takesFile)) };
}

/** Whether content is one text, and that text the JSON of the result or the string itself. */
function isCopy(content: readonly Block[], json: unknown): boolean {
  const [first] = content;
  if (content.length !== 1 || first?.type !== 'text' || json === undefined) return false;
  return first.text === (typeof json === 'string' ? json : JSON.stringify(json));
}

/** Results of procedures never pass for one: `toOutput` puts those into a ToolContent. */
function isToolContent(output: unknown): output is ToolContent {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return false;
  const { content } = output as { content?: unknown };
  const keys = Object.keys(output);
  return (
    keys.every((key) => key === 'content' || key === 'structuredContent') &&
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((block) => isBlock(block))
  );
}

/** Whether a value is a block in full. Outputs come back from browsers, which may send anything. */
function isBlock(block: unknown): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { type, resource, ...own } = block as Record<string, unknown>;
  switch (type) {
    case 'text':
      return hasTexts(own, 'text');
    case 'image':
    case 'audio':
      return hasTexts(own, 'data', 'mimeType');
    case 'resource_link':
      return hasTexts(own, 'uri', 'name');
    case 'resource':
      return hasTexts(resource, 'uri') && (hasTexts(resource, 'text') || hasTexts(resource, 'blob'));
    default:
      return false;
  }
}

function hasTexts(value: unknown, ...names: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
}

type Part = Extract<ModelOutput, { type: 'content' }>['value'][number];

function toPart(block: Block, takesFile: boolean): Part {
  const file = fileOf(block);
  if (!file) return { type: 'text', text: wordsOf(block) };
  const { data, mimeType: mediaType, name } = file;
  const filename = name === undefined ? undefined : { filename: name };
  // Cast: only v7 gets this, and the types have to do for v6.
  if (takesFile)
    return { type: 'file', data: { type: 'data', data }, mediaType, ...filename } as unknown as Part;
  return mediaType.startsWith('image/')
    ? { type: 'image-data', data, mediaType }
    : { type: 'file-data', data, mediaType, ...filename };
}
