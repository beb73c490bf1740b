import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Era, Tool } from '../../catalog/tool.ts';
import type { Reading } from './tool-result.ts';
import { findForeign, type Witness } from './witness.ts';

/** Makes the procedure's return value from the result on the wire. */
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
      `${path} returned ${foreign}, which cannot be made from its JSON again; give the procedure an .output(), or read json in place of output`,
    );
  };
  return { json, readOutput };
}

function isObject(json: unknown): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
