import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Era } from '../../catalog/era.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { ContentBlock } from '../../schema/content.ts';
import type { Reading } from './tool-result.ts';
import { findForeign, type Witness } from './witness.ts';

/** Makes the procedure's return value from the result on the wire. */
export async function readResult(
  result: CallToolResult,
  { path, output, stream, portion }: Tool,
  era: Era,
  witness: Witness,
): Promise<Reading> {
  const { returned } = witness;
  const encoded = await returned?.encoded;
  const isWrapped =
    era === 'legacy' && (output.legacySchema && !stream ? output.wrapped : !isObject(encoded?.json));
  const { structuredContent } = result;
  const part = portion && encoded && readPart(result, encoded.json);
  const json =
    structuredContent === undefined
      ? (part ?? (await readWords(result, witness)))
      : isWrapped
        ? (structuredContent as { result?: unknown }).result
        : structuredContent;
  // The bytes of a file that is linked are not in the result, and before files there may be content of the app's own.
  const files = encoded?.content.length && part === undefined ? encoded : undefined;
  const readOutput = (): unknown => {
    const foreign = output.hasSchema ? undefined : findForeign(returned?.value);
    if (foreign === undefined) {
      return files && files.json !== undefined
        ? output.decode(files.json, files.content)
        : output.decode(json, result.content as readonly ContentBlock[]);
    }
    throw new TypeError(
      `${path} returned ${foreign}, which cannot be made from its JSON again; give the procedure an .output(), or read json in place of output`,
    );
  };
  return { json, readOutput };
}

/** The JSON of a result that has a part of what was returned; `undefined` if it has all of it, or is written otherwise. */
export function readPart({ content }: CallToolResult, whole: unknown): unknown {
  const [block] = content;
  // The JSON of a file that is linked says another place, and is whole.
  if (content.some(({ type }) => type === 'resource_link')) return undefined;
  if (block?.type !== 'text' || block.text === (typeof whole === 'string' ? whole : JSON.stringify(whole)))
    return undefined;
  if (typeof whole === 'string') return block.text;
  try {
    return JSON.parse(block.text);
  } catch {
    return undefined;
  }
}

/**
 * The JSON of a result without structured content. Its content need not be that JSON, so what the procedure returned in
 * this process says it; only an answer that another process has kept is read from its text.
 */
export async function readWords({ content }: CallToolResult, { returned }: Witness): Promise<unknown> {
  if (returned) return (await returned.encoded).json;
  const [block] = content;
  if (block?.type !== 'text') return undefined;
  try {
    return JSON.parse(block.text);
  } catch {
    return undefined;
  }
}

function isObject(json: unknown): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
