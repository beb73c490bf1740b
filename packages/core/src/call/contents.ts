import type { ReadResourceResult } from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';
import type { Resource } from '../catalog/resource.ts';
import { toBase64 } from '../schema/base64.ts';
import { type ContentBlock, isMcpContent } from '../schema/content.ts';
import type { Told } from './result.ts';

type Contents = ReadResourceResult['contents'][number];

/** What the query returned, as the contents of a resource. Never empty: what is not there is not found. */
export async function toContents(resource: Resource, value: unknown, uri: string): Promise<Told> {
  const contents = await contentsOf(resource, value, uri);
  if (contents.length === 0) {
    throw new TRPCError({ code: 'NOT_FOUND', message: `there is nothing at ${uri}` });
  }
  return { result: { contents } };
}

async function contentsOf(resource: Resource, value: unknown, uri: string): Promise<Contents[]> {
  const { mimeType } = resource;
  if (value === undefined) return [];
  if (typeof value === 'string') return [{ uri, mimeType: mimeType ?? 'text/plain', text: value }];
  const bytes = await bytesOf(value);
  if (bytes) {
    const own = value instanceof Blob && value.type !== '' ? value.type : undefined;
    return [{ uri, mimeType: mimeType ?? own ?? 'application/octet-stream', blob: toBase64(bytes) }];
  }
  if (isMcpContent(value)) return value.blocks.map((block) => toContent(block, uri, mimeType));
  const { json } = await resource.output.encode(value);
  return [{ uri, mimeType: mimeType ?? 'application/json', text: JSON.stringify(json) }];
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
