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
  const kept = [...named].sort((one, other) => one - other);
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
