import type { LanguageModelV3Prompt, LanguageModelV3ToolResultPart } from '@ai-sdk/provider';
import type { Reply } from './script.ts';

/** What has happened since the person last wrote. */
export interface Turn {
  sentence: string;
  /** What came of the calls, in their order. */
  replies: Reply[];
}

/** Reads the last turn of a prompt. */
export function readTurn(prompt: LanguageModelV3Prompt): Turn {
  const start = prompt.findLastIndex(({ role }) => role === 'user');
  const replies = new Map<string, Reply | undefined>();
  for (const message of prompt.slice(start + 1)) {
    for (const part of typeof message.content === 'string' ? [] : message.content) {
      if (part.type === 'tool-call') replies.set(part.toolCallId, undefined);
      if (part.type === 'tool-result') replies.set(part.toolCallId, toReply(part.output));
    }
  }
  return {
    sentence: textOf(prompt[start]),
    replies: [...replies.values()].filter((reply) => reply !== undefined),
  };
}

function textOf(message: LanguageModelV3Prompt[number] | undefined): string {
  if (message?.role !== 'user') return '';
  return message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function toReply(output: LanguageModelV3ToolResultPart['output']): Reply {
  switch (output.type) {
    case 'execution-denied':
      return { ok: false, words: output.reason ?? '', isDenied: true };
    case 'error-text':
      return { ok: false, words: withoutCode(output.value), isDenied: false };
    case 'error-json':
      return { ok: false, words: JSON.stringify(output.value), isDenied: false };
    case 'json':
      return { ok: true, value: output.value };
    case 'text':
      return { ok: true, value: toJson(output.value) };
    case 'content':
      // A list that was cut is JSON as well. The text after it says what is missing.
      return { ok: true, value: toJson(output.value.find((part) => part.type === 'text')?.text ?? '') };
    default:
      return output satisfies never;
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Models read the code of an error first, such as `FORBIDDEN: …`. People need only the words. */
function withoutCode(words: string): string {
  return words.replace(/^[A-Z_]+: /, '');
}
