import type { CallToolResult } from '@modelcontextprotocol/client';

type ContentBlock = CallToolResult['content'][number];

/** A picture or a sound, from a block of its own or from an embedded resource. */
export interface Medium {
  mimeType: string;
  base64: string;
  name: string;
}

/** The blocks of a result by what a person does with them. */
export interface Contents {
  texts: readonly Extract<ContentBlock, { type: 'text' }>[];
  pictures: readonly Medium[];
  sounds: readonly Medium[];
  /** Embedded resources and links. */
  files: readonly Extract<ContentBlock, { type: 'resource' | 'resource_link' }>[];
}

/** Sorts the blocks of a result. An embedded picture is both a picture and a file. */
export function sortContents({ content }: CallToolResult): Contents {
  return {
    texts: content.filter((block) => block.type === 'text'),
    pictures: content.flatMap((block) => mediumOf(block, 'image')),
    sounds: content.flatMap((block) => mediumOf(block, 'audio')),
    files: content.filter((block) => block.type === 'resource' || block.type === 'resource_link'),
  };
}

function mediumOf(block: ContentBlock, kind: 'image' | 'audio'): Medium[] {
  if (block.type === kind) return [{ mimeType: block.mimeType, base64: block.data, name: '' }];
  if (block.type !== 'resource' || !('blob' in block.resource)) return [];
  const { mimeType = '', blob, uri } = block.resource;
  return mimeType.startsWith(`${kind}/`) ? [{ mimeType, base64: blob, name: uri }] : [];
}
