import type { ToolCallResult } from '@trpc-mcp/core/caller';

/** One part of what a tool answers. */
export type Block = ToolCallResult['content'][number];

/** The bytes of a block, in Base64. */
export interface BlockFile {
  data: string;
  mimeType: string;
  /** The name of the file, if it is known. */
  name?: string;
}

/** The file that a block holds. `undefined` for words. */
export function fileOf(block: Block): BlockFile | undefined {
  if (block.type === 'image' || block.type === 'audio') {
    return { data: block.data, mimeType: block.mimeType };
  }
  if (block.type !== 'resource' || !('blob' in block.resource)) return undefined;
  const { uri, blob, mimeType } = block.resource;
  const name = nameIn(uri);
  return { data: blob, mimeType: mimeType ?? 'application/octet-stream', ...(name && { name }) };
}

/** What a model reads of a block where the API has no place for what is in it. */
export function wordsOf(block: Block): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'resource_link': {
      const about = [block.title ?? block.name, block.mimeType].filter(Boolean).join(', ');
      return `[link to a file: ${about}] ${block.uri}${block.description ? `\n${block.description}` : ''}`;
    }
    case 'resource':
      if ('text' in block.resource) return block.resource.text;
  }
  const { mimeType, data, name } = fileOf(block)!;
  const about = [name, mimeType, `${bytesIn(data)} bytes`].filter(Boolean).join(', ');
  return `[a file that cannot be shown here: ${about}]`;
}

/** How many bytes a text in Base64 stands for. */
function bytesIn(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, (base64.length / 4) * 3 - padding);
}

/** The last part of a URI, if it looks like the name of a file. */
function nameIn(uri: string): string | undefined {
  const last = uri.split(/[?#]/, 1)[0]!.split('/').at(-1)!;
  try {
    const name = decodeURIComponent(last);
    return name.includes('.') ? name : undefined;
  } catch {
    return undefined;
  }
}
