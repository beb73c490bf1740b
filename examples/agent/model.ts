import type { LanguageModel } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

type Options = Parameters<MockLanguageModelV3['doStream']>[0];
type Part = { text: string } | { tool: string; input: unknown };

/**
 * Stands in for a model, so that the example needs no key: it knows three sentences, calls the real tools, and says what they
 * answered. Put a model of a provider in its place.
 */
export const model: LanguageModel = new MockLanguageModelV3({
  doStream: (options) => Promise.resolve({ stream: streamOf(reply(options)) }),
});

function reply({ prompt }: Options): Part {
  const last = prompt.at(-1)!;
  if (last.role === 'tool') {
    const result = last.content.findLast((part) => part.type === 'tool-result');
    return { text: `The tool answered: ${JSON.stringify(result?.output)}` };
  }
  const asked = prompt.findLast(({ role }) => role === 'user')!.content as { type: string; text?: string }[];
  const sentence = asked.map(({ text }) => text ?? '').join(' ');
  const [, added] = /^add (.+)/i.exec(sentence) ?? [];
  if (added) return { tool: 'notes_add', input: { text: added } };
  const [, removed] = /^remove (\d+)/i.exec(sentence) ?? [];
  if (removed) return { tool: 'notes_remove', input: { id: Number(removed) } };
  if (/^list/i.test(sentence)) return { tool: 'notes_list', input: {} };
  return { text: 'I am a script. Try "list", "add Buy milk" or "remove 1".' };
}

const usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

let calls = 0;

type Chunks = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream'];
type Chunk = Chunks extends ReadableStream<infer TChunk> ? TChunk : never;

function streamOf(part: Part): Chunks {
  const chunks: Chunk[] =
    'text' in part
      ? [
          { type: 'text-start', id: 'text' },
          { type: 'text-delta', id: 'text', delta: part.text },
          { type: 'text-end', id: 'text' },
        ]
      : [
          {
            type: 'tool-call',
            toolCallId: `call-${++calls}`,
            toolName: part.tool,
            input: JSON.stringify(part.input),
          },
        ];
  const unified = 'text' in part ? 'stop' : 'tool-calls';
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] });
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.enqueue({ type: 'finish', finishReason: { unified, raw: undefined }, usage });
      controller.close();
    },
  });
}
