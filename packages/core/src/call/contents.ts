import type { ReadResourceResult } from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';
import type { Resource } from '../catalog/resource.ts';
import { blobOf, sniffMimeType } from '../schema/wire/attachment.ts';
import { toBase64 } from '../schema/wire/base64.ts';
import { type ContentBlock, isMcpContent } from '../schema/content.ts';
import type { ResultOutcome } from './outcome.ts';

type Contents = ReadResourceResult['contents'][number];

/** Converts what the query returned into the contents of a resource. Throws NOT_FOUND if there are none. */
export async function toContents(resource: Resource, value: unknown, uri: string): Promise<ResultOutcome> {
  const contents = await contentsOf(resource, value, uri);
  if (contents.length === 0) {
    throw new TRPCError({ code: 'NOT_FOUND', message: `there is nothing at ${uri}` });
  }
  return { kind: 'result', result: { contents } };
}

async function contentsOf(resource: Resource, value: unknown, uri: string): Promise<Contents[]> {
  const { mimeType } = resource;
  if (value === undefined) return [];
  if (typeof value === 'string') return [{ uri, mimeType: mimeType ?? 'text/plain', text: value }];
  const bytes = await bytesOf(value);
  if (bytes) {
    const own = value instanceof Blob && value.type !== '' ? value.type : undefined;
    const type = mimeType ?? own ?? sniffMimeType(bytes) ?? 'application/octet-stream';
    return [{ uri, mimeType: type, blob: toBase64(bytes) }];
  }
  if (isMcpContent(value)) return value.blocks.map((block) => toContent(block, uri, mimeType));
  const { json, content } = await resource.output.encode(value);
  const text = { uri, mimeType: mimeType ?? 'application/json', text: JSON.stringify(json) };
  // Files in the value follow the JSON that mentions them, in the same order.
  const files = content.map((block, index) => toFile(block, `attachment:${index + 1}`));
  return [text, ...files];
}

/** A file is a blob here, in the JSON of a resource as on its own. */
function toFile(block: ContentBlock, uri: string): Contents {
  const contents = toContent(block, uri, undefined);
  if (block.type !== 'resource' || !('text' in contents)) return contents;
  const { text: _, ...head } = contents;
  return { ...head, blob: blobOf(contents)! };
}

async function bytesOf(value: unknown): Promise<Uint8Array | undefined> {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : undefined;
}

function toContent(block: ContentBlock, uri: string, mimeType: string | undefined): Contents {
  switch (block.type) {
    case 'text':
      return { uri, mimeType: mimeType ?? 'text/plain', text: block.text };
    case 'image':
    case 'audio':
      return { uri, mimeType: block.mimeType, blob: block.data };
    case 'resource':
      return block.resource;
    default:
      throw new TypeError('a resource_link is no contents; read what it links to');
  }
}
