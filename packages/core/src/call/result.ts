import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { defaultStream } from '../catalog/callable.ts';
import type { Portion } from '../catalog/portion.ts';
import type { Era } from '../catalog/era.ts';
import type { Tool } from '../catalog/tool.ts';
import { isRecord } from '../record.ts';
import { moreKey } from '../schema/loosen.ts';
import type { Encoded } from '../schema/output.ts';
import { isFileType, withTexts } from '../schema/wire/attachment.ts';
import type { ResourceLink } from './file-link.ts';
import type { ResultOutcome } from './outcome.ts';
import { takePortion } from './portion/portion.ts';
import type { PortionRequest } from './portion/request.ts';
import { toYieldedText } from './yielded.ts';

const doneText = 'Operation completed successfully';

/** Converts a failed call into a tool result, so that the model reads what went wrong. */
export function toErrorResult(text: string, meta: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true, _meta: meta };
}

/** What a call has besides the value that the procedure returned. */
export interface ResultExtras {
  /** What a generator yielded before. */
  yielded?: readonly unknown[] | undefined;
  /** The link to the file that the procedure returned, in place of its bytes. */
  link?: ResourceLink | undefined;
  /** Which part of the result the call asks for, if the tool gives parts. */
  asked?: PortionRequest | undefined;
}

/** Converts what the procedure returned into a tool result. Throws, or rejects, if JSON cannot express it. */
export function toToolResult(
  tool: Tool,
  value: unknown,
  era: Era,
  { yielded, link, asked }: ResultExtras = {},
): ResultOutcome | Promise<ResultOutcome> {
  const encoded = tool.output.encode(value);
  // Only Blobs are read asynchronously, and only what was yielded is.
  if (encoded instanceof Promise || link || yielded?.length) {
    return finish(tool, value, era, encoded, { yielded, link, asked });
  }
  return toResult(tool, value, era, encoded, [], asked);
}

async function finish(
  tool: Tool,
  value: unknown,
  era: Era,
  encoded: Encoded | Promise<Encoded>,
  { yielded = [], link, asked }: ResultExtras,
): Promise<ResultOutcome> {
  const read = await encoded;
  const more = yielded.length > 0 ? [await toYieldedBlock(tool, yielded)] : [];
  return toResult(tool, value, era, link ? withLink(read, link) : read, more, asked);
}

/** Tells what was yielded in a text of its own. Structured content is the returned value alone. */
async function toYieldedBlock(tool: Tool, yielded: readonly unknown[]): Promise<ContentBlock> {
  const told = yielded.slice(0, tool.stream?.maxItems ?? defaultStream.maxItems);
  const texts = await Promise.all(told.map((each) => toYieldedText(tool, each)));
  const many = yielded.length === 1 ? '1 value was' : `${yielded.length} values were`;
  const start = `${many} yielded before this result`;
  const head = told.length < yielded.length ? `${start}; the first ${told.length}:` : `${start}:`;
  return toText([head, ...texts].join('\n'));
}

/** Makes the result. `more` are the blocks that follow those of the value. */
function toResult(
  tool: Tool,
  value: unknown,
  era: Era,
  { json, content }: Encoded,
  more: readonly ContentBlock[],
  asked: PortionRequest | undefined,
): ResultOutcome | Promise<ResultOutcome> {
  if (json === undefined) {
    const blocks = content.length > 0 ? toBlocks(content) : [toText(doneText)];
    // Clients refuse a result without structured content where they know of a schema.
    const absent = tool.listed[era].outputSchema && { structuredContent: absentIn(tool, era) };
    return { kind: 'result', result: { content: [...blocks, ...more], ...absent } };
  }
  const own = tool.toContent?.(value);
  const isCopy = own === undefined && content.length === 0;
  const isStructured = hasStructured(tool, era, isCopy);
  // The object around a list or a scalar is there for structured content only.
  const whole = isStructured && isWrapped(tool, json, era) ? { result: json } : json;
  const structured = isStructured
    ? { structuredContent: !isCopy && tool.mayTellTexts ? withTexts(whole, content) : whole }
    : undefined;
  if (own !== undefined) {
    const blocks = toBlocks(own);
    // `attachment:<n>` counts all files of the content, so those of the JSON come before other ones.
    const told = blocks.some(({ type }) => isFileType(type))
      ? [...content, ...blocks]
      : [...blocks, ...content];
    return { kind: 'result', result: { content: [...told, ...more], ...structured } };
  }
  const written = JSON.stringify(whole);
  // A model reads a text as it is. Only programs need the quotes of JSON around it.
  const text = typeof json === 'string' ? json : written;
  if (asked && isPart(tool.portion!, text, asked)) return toPart(tool, { json, content }, era, more, asked);
  if (!isCopy || !isStructured || more.length > 0) {
    return { kind: 'result', result: { content: [toText(text), ...content, ...more], ...structured } };
  }
  // What most tools return. Without spreads, which make each call slower.
  return {
    kind: 'result',
    result: { content: [toText(text)], structuredContent: whole },
    json: written,
    text,
  };
}

function isPart({ most, isTsv }: Portion, text: string, { fields, from }: PortionRequest): boolean {
  return isTsv || fields !== undefined || from !== undefined || (most !== undefined && text.length > most);
}

/** Makes the result of a tool that gives a part of what its procedure returned, or writes it in another form. */
async function toPart(
  tool: Tool,
  whole: Encoded,
  era: Era,
  more: readonly ContentBlock[],
  asked: PortionRequest,
): Promise<ResultOutcome> {
  const { json, content, texts, note } = await takePortion(tool, tool.portion!, whole, asked);
  const isInside = isWrapped(tool, json, era);
  const value = isInside ? { result: json } : json;
  // Some clients show a model nothing but structured content.
  const mayTell = tool.hasMore[era] && (isInside || (isRecord(json) && !Object.hasOwn(json, moreKey)));
  const told = note && mayTell ? { ...(value as object), [moreKey]: note.text } : value;
  const isCopy = content.length === 0 && more.length === 0 && (!note || mayTell);
  const isStructured = !tool.portion!.isTsv && hasStructured(tool, era, isCopy);
  const words = [...texts, ...(note ? [note.text] : [])].map((each) => toText(each));
  return {
    kind: 'result',
    result: {
      content: [...words, ...content, ...more],
      ...(isStructured && { structuredContent: tool.mayTellTexts ? withTexts(told, content) : told }),
      ...(note && { _meta: { cut: note.meta } }),
    },
  };
}

/** The form of a value that there is none of. */
function absentIn({ stream }: Tool, era: Era): unknown {
  return era === 'modern' && !stream ? null : {};
}

/**
 * Whether the result has structured content: where content is a copy of it, unless the tool says something else. Where a
 * schema is listed, a client refuses a result without it: a file may turn up in a place that can hold anything.
 */
function hasStructured({ structured, listed }: Tool, era: Era, isCopy: boolean): boolean {
  if (structured !== 'auto') return structured === 'always';
  return isCopy || listed[era].outputSchema !== undefined;
}

/** The result of a file that is linked: its description with the URI to read it from, and the link. */
function withLink({ json }: Encoded, link: ResourceLink): Encoded {
  return { json: isRecord(json) ? { ...json, uri: link.uri } : link.uri, content: [link] };
}

function toText(text: string): ContentBlock {
  return { type: 'text', text };
}

/** Clients before 2026 accept only objects as structured content. The schema decides if there is one, else the value. */
function isWrapped({ output, stream }: Tool, json: unknown, era: Era): boolean {
  if (stream) return !fitsStreamSchema(json);
  if (era === 'modern') return false;
  // A type may be wrong, and these clients refuse what is not an object.
  if (output.legacySchema && (!output.isInferred || isRecord(json))) return output.wrapped;
  return typeof json !== 'object' || json === null || Array.isArray(json);
}

/** Whether this is what was collected, or an object that the generator returned and that has none of its keys. */
function fitsStreamSchema(json: unknown): boolean {
  if (!isRecord(json)) return false;
  const isCollected = 'items' in json && 'ended' in json;
  return isCollected || !('items' in json || 'ended' in json || 'lastEventId' in json);
}

/** Reads the content that the app made. Throws if a client would reject it, so that `onError` is called. */
function toBlocks(own: unknown): ContentBlock[] {
  if (typeof own === 'string') return [toText(own)];
  if (!Array.isArray(own)) throw new TypeError('toContent must return a string or a list of content blocks');
  // Checks the blocks as they are sent: JSON.stringify throws for some values and leaves others out.
  const blocks = JSON.parse(JSON.stringify(own)) as Record<string, unknown>[];
  for (const [index, block] of blocks.entries()) {
    if (!isBlock(block)) {
      const kind = `"${String(block?.['type'])}"`;
      throw new TypeError(
        `Content block ${index}, of the type ${kind}, is none that MCP knows, or lacks something`,
      );
    }
  }
  return blocks as ContentBlock[];
}

/** The fields that a block of each type must have. @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool-result */
const requiredFields = {
  text: ['text'],
  image: ['data', 'mimeType'],
  audio: ['data', 'mimeType'],
  resource_link: ['uri', 'name'],
  resource: [],
} as const satisfies Record<ContentBlock['type'], readonly string[]>;

function isBlock(block: unknown): boolean {
  if (typeof block !== 'object' || block === null) return false;
  const { type, resource } = block as { type?: unknown; resource?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(requiredFields, type)) return false;
  if (type === 'resource') return hasTexts(resource, ['uri', 'text']) || hasTexts(resource, ['uri', 'blob']);
  return hasTexts(block, requiredFields[type as keyof typeof requiredFields]);
}

function hasTexts(object: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => typeof (object as Record<string, unknown> | undefined)?.[key] === 'string');
}
