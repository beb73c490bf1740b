import { fromBase64, toBase64 } from './base64.ts';
import type { ContentBlock } from './content.ts';

/** How JSON tells of a file whose bytes are a content block beside it. */
export interface Attachment {
  name?: string;
  mimeType: string;
  size: number;
  uri: string;
}

/** The files found in one result, in the order in which they were met. */
export class Attachments {
  readonly #found: { attachment: Attachment; source: Blob | Uint8Array }[] = [];

  get count(): number {
    return this.#found.length;
  }

  /** Takes a file out of the result; what is returned stands in its place. */
  add(source: Blob | Uint8Array, mimeType: string): Attachment {
    const name =
      'name' in source && typeof source.name === 'string' && source.name !== '' ? { name: source.name } : {};
    const size = source instanceof Uint8Array ? source.byteLength : source.size;
    const attachment = { ...name, mimeType, size, uri: `${SCHEME}${this.#found.length + 1}` };
    this.#found.push({ attachment, source });
    return attachment;
  }

  /** Reads them all. Synchronous where no Blob is among them. */
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

const SCHEME = 'attachment:';

function toBlock({ name, mimeType, uri }: Attachment, bytes: Uint8Array): ContentBlock {
  const data = toBase64(bytes);
  const kind = /^(image|audio)\//.exec(mimeType)?.[1] as 'image' | 'audio' | undefined;
  if (kind !== undefined) return { type: kind, data, mimeType };
  return {
    type: 'resource',
    resource: { uri, ...(name === undefined ? {} : { name }), mimeType, blob: data },
  };
}

/** The bytes that an attachment's URI stands for, among the content blocks of its result. */
export function readAttachment(
  uri: unknown,
  content: readonly ContentBlock[],
): Uint8Array<ArrayBuffer> | undefined {
  if (typeof uri !== 'string' || !uri.startsWith(SCHEME)) return undefined;
  const files = content.filter(
    (block) => block.type === 'image' || block.type === 'audio' || block.type === 'resource',
  );
  const block = files[Number(uri.slice(SCHEME.length)) - 1];
  if (block === undefined) return undefined;
  if (block.type !== 'resource') return fromBase64(block.data as string);
  return 'blob' in block.resource ? fromBase64(block.resource.blob) : undefined;
}

/** The type of bytes that begin like an image or a sound; undefined for all others. */
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
