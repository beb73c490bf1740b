import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../../catalog/tool.ts';
import type { Reading } from './tool-result.ts';
import { findForeign, type Witness } from './witness.ts';

/** Reads what came over the wire as what the procedure returned. */
export async function readResult(
  { structuredContent, content }: CallToolResult,
  { path, output, stream }: Tool,
  era: Era,
  { returned }: Witness,
): Promise<Reading> {
  const isWrapped =
    era === 'legacy' &&
    (output.legacySchema && !stream ? output.wrapped : !isObject((await returned?.encoded)?.json));
  const json = isWrapped
    ? (structuredContent as { result?: unknown } | undefined)?.result
    : structuredContent;
  const readOutput = (): unknown => {
    const foreign = output.hasSchema ? undefined : findForeign(returned?.value);
    if (foreign === undefined) return output.decode(json, content as Parameters<typeof output.decode>[1]);
    throw new TypeError(
      `${path} returned ${foreign}, which is not the JSON that came of it, and nothing says how to make it again; give the procedure an .output(), or read json in place of output`,
    );
  };
  return { json, readOutput };
}

function isObject(json: unknown): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
