import { isRecord } from '../../record.ts';
import type { ContentBlock } from '../content.ts';
import { setOwn } from '../json-schema.ts';
import { attachmentUri, numberOf } from './attachment.ts';

/** A part of a result, with the content blocks that belong to it. */
export interface WithFiles {
  json: unknown;
  content: readonly ContentBlock[];
}

/**
 * Keeps the files that a part of a result still names, and numbers them anew: `attachment:<n>` is the n-th file among the
 * content blocks that are sent. `content` are the blocks of the whole result.
 */
export function withNamedFiles(json: unknown, content: readonly ContentBlock[]): WithFiles {
  if (content.length === 0) return { json, content };
  const named = new Set<number>();
  visit(json);
  if (named.size === content.length) return { json, content };
  const kept = [...content.keys()].filter((place) => named.has(place));
  const uris = new Map(kept.map((place, index) => [attachmentUri(place + 1), attachmentUri(index + 1)]));
  return { json: rename(json), content: kept.map((place) => renameBlock(content[place]!)) };

  function visit(value: unknown): void {
    if (typeof value === 'string') {
      const place = placeOf(value);
      if (place !== -1) named.add(place);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  }

  /** Which block a text names: the file of an attachment, or the link to it. */
  function placeOf(uri: string): number {
    const number = numberOf(uri);
    if (number !== undefined) return content[number - 1] === undefined ? -1 : number - 1;
    return content.findIndex((block) => block.type === 'resource_link' && block.uri === uri);
  }

  function renameBlock(block: ContentBlock): ContentBlock {
    if (block.type !== 'resource') return block;
    const { resource } = block;
    return { ...block, resource: { ...resource, uri: uris.get(resource.uri) ?? resource.uri } };
  }

  function rename(value: unknown): unknown {
    if (typeof value === 'string') return uris.get(value) ?? value;
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    const copy = {};
    for (const [key, child] of Object.entries(value)) setOwn(copy, key, rename(child));
    return copy;
  }
}

/**
 * Describes the files of a value that is told without them: their names would be those of other files in the same result.
 */
export function withoutFiles(json: unknown, content: readonly ContentBlock[]): unknown {
  if (json === undefined || content.length === 0) return json;
  return tell(json);

  function blockOf(uri: unknown): ContentBlock | undefined {
    const number = typeof uri === 'string' ? numberOf(uri) : undefined;
    return number === undefined ? undefined : content[number - 1];
  }

  function tell(value: unknown): unknown {
    const block = blockOf(value);
    if (block !== undefined) return `a file of the type ${typeOf(block)}`;
    if (Array.isArray(value)) return value.map(tell);
    if (!isRecord(value)) return value;
    const isFile = typeof value['size'] === 'number' && blockOf(value['uri']) !== undefined;
    const copy = {};
    for (const [key, child] of Object.entries(value))
      if (!isFile || key !== 'uri') setOwn(copy, key, tell(child));
    return copy;
  }
}

function typeOf(block: ContentBlock): string {
  const { mimeType } = block.type === 'resource' ? block.resource : block;
  return typeof mimeType === 'string' ? mimeType : 'application/octet-stream';
}
