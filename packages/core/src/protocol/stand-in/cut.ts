import { firstCharacters } from '../../call/portion/cut.ts';
import type { ContentBlock } from '../../schema/content.ts';

/** Content of which a part is shown, and what is missing. */
export interface CutBlocks {
  blocks: readonly ContentBlock[];
  note?: { message: string; shown: number; total: number; skipped: number };
}

/** How many characters are kept for the note, unless a result may have only few. */
const roomOfNote = 200;

/**
 * Shows at most `most` characters of the texts in content, those after the first `offset`. Files come with the first part.
 * Without an offset, nobody can ask for the rest.
 */
export function cutBlocks(
  blocks: readonly ContentBlock[],
  most: number,
  offset: number | undefined,
): CutBlocks {
  const total = blocks.reduce((length, block) => length + textIn(block).length, 0);
  const skipped = offset ?? 0;
  if (skipped === 0 && total <= most) return { blocks };
  const room = Math.max(most - roomOfNote, Math.floor(most / 2), 2);
  const part: ContentBlock[] = [];
  let left = room;
  let toSkip = skipped;
  for (const block of blocks) {
    const text = textIn(block);
    const rest = text.slice(toSkip);
    toSkip = Math.max(toSkip - text.length, 0);
    if (text === '') {
      if (skipped === 0) part.push(block);
      continue;
    }
    if (rest === '' || left === 0) continue;
    const shown = rest.length > left ? firstCharacters(rest, left) : rest;
    // What follows a cut text comes after its rest.
    left = shown.length < rest.length ? 0 : left - shown.length;
    part.push(withText(block, shown));
  }
  const shown = part.reduce((length, block) => length + textIn(block).length, 0);
  return { blocks: part, note: { message: describe(shown, total, offset), shown, total, skipped } };
}

function describe(shown: number, total: number, offset: number | undefined): string {
  if (offset === undefined) return `Showing ${shown} of ${total} characters. The rest cannot be had.`;
  if (shown === 0) return `There are no characters after the first ${offset}: there are ${total} now.`;
  const end = offset + shown;
  const after = offset === 0 ? '' : `, those after the first ${offset}`;
  const next = end < total ? ` Call again with offset ${end} for the next ones.` : '';
  return `Showing ${shown} of ${total} characters${after}.${next}`;
}

function textIn(block: ContentBlock): string {
  if (block.type === 'text') return block.text;
  return block.type === 'resource' && 'text' in block.resource ? block.resource.text : '';
}

function withText(block: ContentBlock, text: string): ContentBlock {
  if (block.type === 'text') return { ...block, text };
  if (block.type !== 'resource') return block;
  return { ...block, resource: { ...block.resource, text } };
}
