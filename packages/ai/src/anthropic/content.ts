import type {
  DocumentBlockParam,
  ImageBlockParam,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { type Block, fileOf, wordsOf } from '../words.ts';

/** A block of a result, as the Messages API takes it. */
export type AnthropicBlock = TextBlockParam | ImageBlockParam | DocumentBlockParam;

/** What a model reads of a result: words, or blocks with images and PDF documents. */
export function toContent(content: readonly Block[]): string | AnthropicBlock[] {
  const [first] = content;
  if (content.length === 1 && first!.type === 'text') return first!.text;
  // The API refuses a text block without text.
  return content.map((block) => toBlock(block)).filter((block) => block.type !== 'text' || block.text !== '');
}

const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

function toBlock(block: Block): AnthropicBlock {
  const file = fileOf(block);
  const media_type = imageTypes.find((type) => type === file?.mimeType);
  if (file && media_type) return { type: 'image', source: { type: 'base64', media_type, data: file.data } };
  if (file?.mimeType === 'application/pdf') {
    const source = { type: 'base64', media_type: 'application/pdf', data: file.data } as const;
    return { type: 'document', source, ...(file.name !== undefined && { title: file.name }) };
  }
  return { type: 'text', text: wordsOf(block) };
}
