import type { ResponseFunctionCallOutputItem } from 'openai/resources/responses/responses';
import { type Block, fileOf, wordsOf } from '../words.ts';

/** What a model reads of a result in Chat Completions, where a tool answers with words alone. */
export function toText(content: readonly Block[]): string {
  return content.map((block) => wordsOf(block)).join('\n');
}

/** What a model reads of a result in Responses: words, or a list with images and PDF documents. */
export function toResponsesOutput(content: readonly Block[]): string | ResponseFunctionCallOutputItem[] {
  const items = content.map((block) => toItem(block));
  return items.every(({ type }) => type === 'input_text') ? toText(content) : items;
}

/** @see https://platform.openai.com/docs/guides/images-vision */
const imageTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

function toItem(block: Block): ResponseFunctionCallOutputItem {
  const file = fileOf(block);
  if (file && imageTypes.has(file.mimeType)) {
    return { type: 'input_image', detail: 'auto', image_url: `data:${file.mimeType};base64,${file.data}` };
  }
  if (file?.mimeType === 'application/pdf') {
    const filename = file.name ?? 'document.pdf';
    return { type: 'input_file', filename, file_data: `data:application/pdf;base64,${file.data}` };
  }
  return { type: 'input_text', text: wordsOf(block) };
}
