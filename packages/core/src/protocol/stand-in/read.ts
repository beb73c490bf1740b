import type { GetPromptResult, PromptMessage, ReadResourceResult } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../call/active-call.ts';
import type { FailureOutcome, Outcome } from '../../call/outcome.ts';
import { oneLine } from '../../catalog/signature.ts';
import type { ContentBlock } from '../../schema/content.ts';
import { toBlock } from '../../schema/wire/attachment.ts';
import { fromBase64, isBase64 } from '../../schema/wire/base64.ts';
import { getPrompt, readResource } from '../named-item.ts';
import type { ServerParts, Serving } from '../serving.ts';
import type { StandInArguments } from './arguments.ts';
import { cutBlocks } from './cut.ts';
import { toBadRequest } from '../discovery/refusal.ts';

/** Reads a resource. Its text comes as text, and its files as those of a tool. */
export async function readAsTool(
  parts: ServerParts,
  serving: Serving,
  { uri, offset }: StandInArguments,
  asked: CallRequest,
): Promise<Outcome> {
  if (uri === undefined)
    return toBadRequest('uri has to be the URI of a resource; list_resources lists them');
  const outcome = await readResource(parts, serving, uri, { ...asked, method: 'resources/read' });
  if (!outcome) return toMissing(`there is no resource ${quote(uri)}. list_resources lists them.`);
  if (outcome.kind !== 'result') return outcome;
  const { contents } = outcome.result as unknown as ReadResourceResult;
  const blocks = contents.map((each) => toBlockOf(each, contents.length === 1));
  const { most } = serving.catalog.rules;
  return toResult(most === undefined ? { blocks } : cutBlocks(blocks, most, offset));
}

/** Gets the messages of a prompt. */
export async function getAsTool(
  parts: ServerParts,
  serving: Serving,
  name: string,
  args: Record<string, unknown> | undefined,
  asked: CallRequest,
): Promise<Outcome> {
  const outcome = await getPrompt(parts, serving, name, args, { ...asked, method: 'prompts/get' });
  if (!outcome) return toMissing(`there is no prompt ${quote(name)}. get_prompt without a name lists them.`);
  if (outcome.kind !== 'result') return outcome;
  const { messages } = outcome.result as unknown as GetPromptResult;
  const blocks = messages.flatMap((message) => toBlocks(message, messages.length === 1));
  const { most } = serving.catalog.rules;
  return toResult(most === undefined ? { blocks } : cutBlocks(blocks, most, undefined));
}

function toResult({ blocks, note }: ReturnType<typeof cutBlocks>): Outcome {
  const content = note ? [...blocks, { type: 'text', text: note.message }] : blocks;
  return { kind: 'result', result: { content, ...(note && { _meta: { cut: note } }) } };
}

/** A text that is alone needs no URI. The bytes of a text file come as text, which a model reads. */
function toBlockOf(contents: ReadResourceResult['contents'][number], isAlone: boolean): ContentBlock {
  if ('text' in contents) {
    return isAlone ? { type: 'text', text: contents.text } : toEmbedded(contents);
  }
  const { uri, blob, mimeType = 'application/octet-stream' } = contents;
  // The app may have written content that is no base64. Clients get it as they get it of the resource.
  return isBase64(blob) ? toBlock({ uri, mimeType }, fromBase64(blob)) : toEmbedded(contents);
}

function toEmbedded(contents: ReadResourceResult['contents'][number]): ContentBlock {
  // Cast: the official type has `| undefined` at the optional keys.
  return { type: 'resource', resource: contents } as ContentBlock;
}

/** Says whose a message is, where there are several, or where it is not that of the person. */
function toBlocks({ role, content }: PromptMessage, isAlone: boolean): ContentBlock[] {
  if (isAlone && role === 'user') return [content as ContentBlock];
  if (content.type === 'text') return [{ type: 'text', text: `${role}:\n${content.text}` }];
  return [{ type: 'text', text: `${role}:` }, content as ContentBlock];
}

function toMissing(words: string): FailureOutcome {
  const code = 'NOT_FOUND';
  return { kind: 'failure', code, text: `${code}: ${words}`, meta: { code, httpStatus: 404 }, status: 200 };
}

/** A client may send a text of any length. */
function quote(text: string): string {
  return JSON.stringify(oneLine(text, 100));
}
