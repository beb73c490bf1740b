import { toBase64 } from './base64.ts';
import type { ContentBlock } from '../content.ts';
import type { Files } from './encoding.ts';
import { mimeTypeOf } from './file-leaf.ts';
import { setOwn } from '../json-schema.ts';
import { readText } from './text-file.ts';

/** How JSON describes a file whose bytes are in a content block of the same result. */
export interface Attachment {
  name?: string;
  mimeType: string;
  size: number;
  uri: string;
}

/** Collects the files of one result, in the order in which they occur. */
export class Attachments implements Files {
  readonly #found: { attachment: Attachment; source: Blob | Uint8Array }[] = [];

  get count(): number {
    return this.#found.length;
  }

  addBlob(blob: Blob): Attachment {
    return this.#add(blob, blob.size, mimeTypeOf(blob));
  }

  /**
   * Returns the bytes as base64. Images, sounds and bytes that are the whole result become content blocks instead,
   * because clients show those.
   */
  addBytes(bytes: Uint8Array, depth: number): string {
    const type = sniffMimeType(bytes) ?? (depth === 0 ? 'application/octet-stream' : undefined);
    return type === undefined ? toBase64(bytes) : this.#add(bytes, bytes.byteLength, type).uri;
  }

  fresh(): Attachments {
    return new Attachments();
  }

  #add(source: Blob | Uint8Array, size: number, mimeType: string): Attachment {
    const name = 'name' in source && typeof source.name === 'string' ? source.name : '';
    const uri = attachmentUri(this.#found.length + 1);
    const attachment = { ...(name !== '' && { name }), mimeType, size, uri };
    this.#found.push({ attachment, source });
    return attachment;
  }

  /** Reads all files. Synchronous unless one of them is a Blob. */
  toBlocks(): ContentBlock[] | Promise<ContentBlock[]> {
    const blocks: ContentBlock[] = [];
    const reads = this.#found.map(async ({ attachment, source }, index) => {
      if (source instanceof Uint8Array) blocks[index] = toBlock(attachment, source);
      else {
        const bytes = new Uint8Array(await source.arrayBuffer());
        // A Blob without a type is sniffed as bytes are. The JSON has this same object, and is written later.
        if (source.type === '') attachment.mimeType = sniffMimeType(bytes) ?? attachment.mimeType;
        blocks[index] = toBlock(attachment, bytes);
      }
    });
    return this.#found.every(({ source }) => source instanceof Uint8Array)
      ? blocks
      : Promise.all(reads).then(() => blocks);
  }
}

const scheme = 'attachment:';

/** How JSON names the n-th file of a result. */
export function attachmentUri(number: number): string {
  return `${scheme}${number}`;
}

/** Which file of a result a text names; `undefined` for every other text. */
export function numberOf(uri: string): number | undefined {
  if (!uri.startsWith(scheme)) return undefined;
  const number = Number(uri.slice(scheme.length));
  return uri === attachmentUri(number) ? number : undefined;
}

/**
 * A file of text is an embedded resource with `text`, not a block of text. Clients that show the model the content give it
 * the text of either, and the resource also says which file of the JSON it is: its `attachment:<n>` and type. Clients
 * that prefer structured content find none beside a file. Base64 would reach no model as text.
 */
export function toBlock(
  { mimeType, uri }: Pick<Attachment, 'mimeType' | 'uri'>,
  bytes: Uint8Array,
): ContentBlock {
  // A resource has no name in the protocol, and the SDK drops one for clients of 2025. The JSON says it.
  const head = { uri, mimeType };
  const text = readText(bytes, mimeType);
  if (text !== undefined) return { type: 'resource', resource: { ...head, text } };
  const data = toBase64(bytes);
  const kind = /^(image|audio)\//.exec(mimeType)?.[1] as 'image' | 'audio' | undefined;
  // Hosts refuse a picture of nothing.
  if (kind !== undefined && data !== '') return { type: kind, data, mimeType };
  return { type: 'resource', resource: { ...head, blob: data } };
}

/**
 * Adds the text of the files of text to the places in the JSON that describe them: some clients show a model the structured
 * content alone.
 */
export function withTexts(json: unknown, content: readonly ContentBlock[]): unknown {
  const texts = new Map<string, string>();
  for (const block of content) {
    if (block.type === 'resource' && 'text' in block.resource)
      texts.set(block.resource.uri, block.resource.text);
  }
  return texts.size === 0 ? json : add(json);

  function add(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(add);
    if (typeof value !== 'object' || value === null) return value;
    const { uri, size } = value as Partial<Attachment>;
    const text = typeof size === 'number' && typeof uri === 'string' ? texts.get(uri) : undefined;
    if (text !== undefined) return { ...value, text };
    const copy = {};
    for (const [key, child] of Object.entries(value)) setOwn(copy, key, add(child));
    return copy;
  }
}

/** Returns the bytes of an embedded resource as base64, also if it has them as text. */
export function blobOf(resource: { blob?: unknown; text?: unknown }): string | undefined {
  const { blob, text } = resource;
  if (typeof blob === 'string') return blob;
  return typeof text === 'string' ? toBase64(new TextEncoder().encode(text)) : undefined;
}

/** Whether a content block of this type has the bytes of a file. */
export function isFileType(type: ContentBlock['type']): boolean {
  return type === 'image' || type === 'audio' || type === 'resource';
}

/** Puts the files of a result back into its JSON, in the form in which arguments contain files. */
export function restoreAttachments(json: unknown, content: readonly ContentBlock[]): unknown {
  const files = content.filter(({ type }) => isFileType(type));
  return files.length === 0 ? json : restore(json);

  function restore(value: unknown): unknown {
    if (typeof value === 'string') return dataOf(value) ?? value;
    if (Array.isArray(value)) return value.map(restore);
    if (typeof value !== 'object' || value === null) return value;
    const { uri, mimeType, name } = value as Partial<Attachment>;
    const data = typeof uri === 'string' ? dataOf(uri) : undefined;
    if (data !== undefined) return { ...(name !== undefined && { name }), mimeType, data };
    const copy = {};
    for (const [key, child] of Object.entries(value)) setOwn(copy, key, restore(child));
    return copy;
  }

  function dataOf(uri: string): string | undefined {
    const number = numberOf(uri);
    const block = number === undefined ? undefined : files[number - 1];
    if (block === undefined) return undefined;
    const data =
      block.type === 'resource'
        ? blobOf((block as { resource: Parameters<typeof blobOf>[0] }).resource)
        : block['data'];
    return typeof data === 'string' ? data : undefined;
  }
}

/** Returns the MIME type of bytes that begin like an image or a sound; undefined for all others. */
export function sniffMimeType(bytes: Uint8Array): string | undefined {
  if (bytes.length < 12) return undefined;
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif';
  if (head.startsWith('ID3')) return 'audio/mpeg';
  if (head.startsWith('OggS')) return 'audio/ogg';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  if (head.startsWith('RIFF') && head.endsWith('WAVE')) return 'audio/wav';
  return undefined;
}
