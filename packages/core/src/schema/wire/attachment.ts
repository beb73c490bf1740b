import { toBase64 } from './base64.ts';
import type { ContentBlock } from '../content.ts';
import type { Files } from './encoding.ts';
import { mimeTypeOf } from './file-leaf.ts';
import { setOwn } from '../json-schema.ts';

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
    const uri = `${scheme}${this.#found.length + 1}`;
    const attachment = { ...(name !== '' && { name }), mimeType, size, uri };
    this.#found.push({ attachment, source });
    return attachment;
  }

  /** Reads all files. Synchronous unless one of them is a Blob. */
  toBlocks(): ContentBlock[] | Promise<ContentBlock[]> {
    const blocks: ContentBlock[] = [];
    const reads = this.#found.map(async ({ attachment, source }, index) => {
      if (source instanceof Uint8Array) blocks[index] = toBlock(attachment, source);
      else blocks[index] = toBlock(attachment, new Uint8Array(await source.arrayBuffer()));
    });
    return this.#found.every(({ source }) => source instanceof Uint8Array)
      ? blocks
      : Promise.all(reads).then(() => blocks);
  }
}

const scheme = 'attachment:';

function toBlock({ name, mimeType, uri }: Attachment, bytes: Uint8Array): ContentBlock {
  const data = toBase64(bytes);
  const kind = /^(image|audio)\//.exec(mimeType)?.[1] as 'image' | 'audio' | undefined;
  if (kind !== undefined) return { type: kind, data, mimeType };
  return {
    type: 'resource',
    resource: { uri, ...(name !== undefined && { name }), mimeType, blob: data },
  };
}

/** Puts the files of a result back into its JSON, in the form in which arguments contain files. */
export function restoreAttachments(json: unknown, content: readonly ContentBlock[]): unknown {
  const files = content.filter(({ type }) => type === 'image' || type === 'audio' || type === 'resource');
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
    const block = uri.startsWith(scheme) ? files[Number(uri.slice(scheme.length)) - 1] : undefined;
    if (block === undefined) return undefined;
    const data =
      block.type === 'resource' ? (block as { resource: { blob?: unknown } }).resource.blob : block['data'];
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
