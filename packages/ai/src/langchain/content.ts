import { type Block, fileOf, wordsOf } from '../words.ts';

/** A block of a message, in the forms that LangChain converts for every provider. */
export type LangChainBlock =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'audio' | 'file'; source_type: 'base64'; data: string; mime_type: string };

/** What a model reads of a result: words, or blocks with images and files. */
export function toContent(content: readonly Block[]): string | LangChainBlock[] {
  if (content.every((block) => !fileOf(block))) return content.map((block) => wordsOf(block)).join('\n');
  return content.map((block) => toBlock(block));
}

function toBlock(block: Block): LangChainBlock {
  const file = fileOf(block);
  if (!file) return { type: 'text', text: wordsOf(block) };
  const { data, mimeType } = file;
  if (mimeType.startsWith('image/')) {
    return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${data}` } };
  }
  const type = mimeType.startsWith('audio/') ? 'audio' : 'file';
  return { type, source_type: 'base64', data, mime_type: mimeType };
}
