import * as sdk6 from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import * as sdk7 from 'ai7';
import { MockLanguageModelV4 } from 'ai7/test';

type Sdk = typeof sdk6;

/** What a model says in one step: words, or calls of tools. */
export type Said = string | { name: string; input: unknown; id?: string }[];

/** What a model was sent. */
export interface Sent {
  prompt: { role: string; content: unknown }[];
  tools?: { name: string; description?: string; inputSchema: unknown }[];
}

/** A model that says what it is told to, and what it was sent. */
export interface Scripted {
  model: sdk6.LanguageModel;
  sent: Sent[];
}

/** Both majors of the AI SDK. Cast: what these tests use is the same in both. */
export const majors: { major: string; sdk: Sdk; Mock: typeof MockLanguageModelV3 }[] = [
  { major: 'AI SDK 6', sdk: sdk6, Mock: MockLanguageModelV3 },
  {
    major: 'AI SDK 7',
    sdk: sdk7 as unknown as Sdk,
    Mock: MockLanguageModelV4 as unknown as typeof MockLanguageModelV3,
  },
];

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** Makes a model that says one thing after another, whether it is asked to stream or not. */
export function script(Mock: typeof MockLanguageModelV3, ...says: Said[]): Scripted {
  const sent: Sent[] = [];
  let steps = 0;
  let ids = 0;
  const next = (options: unknown): Said => {
    sent.push(structuredClone(options as { prompt: Sent['prompt'] }) as Sent);
    const said = says[steps++];
    if (said === undefined) throw new Error(`the script has no step ${steps}`);
    return said;
  };
  const callsOf = (said: Exclude<Said, string>) =>
    said.map(({ name, input, id }) => ({
      type: 'tool-call' as const,
      toolCallId: id ?? `call-${++ids}`,
      toolName: name,
      input: typeof input === 'string' ? input : JSON.stringify(input),
    }));
  const reason = (said: Said) => ({
    unified: typeof said === 'string' ? ('stop' as const) : ('tool-calls' as const),
    raw: undefined,
  });
  const withoutSignal = ({ prompt, tools }: { prompt: unknown; tools?: unknown }) => ({ prompt, tools });
  const model = new Mock({
    doGenerate: (options) => {
      const said = next(withoutSignal(options));
      const content = typeof said === 'string' ? [{ type: 'text' as const, text: said }] : callsOf(said);
      return Promise.resolve({ content, finishReason: reason(said), usage, warnings: [] });
    },
    doStream: (options) => {
      const said = next(withoutSignal(options));
      const parts =
        typeof said === 'string'
          ? [
              { type: 'text-start' as const, id: 't' },
              { type: 'text-delta' as const, id: 't', delta: said },
              { type: 'text-end' as const, id: 't' },
            ]
          : callsOf(said);
      const chunks = [
        { type: 'stream-start' as const, warnings: [] },
        ...parts,
        { type: 'finish' as const, finishReason: reason(said), usage },
      ];
      return Promise.resolve({ stream: sdk6.simulateReadableStream({ chunks }) });
    },
  });
  return { model, sent };
}

/** The content of the last message of a tool that the model was sent. */
export function lastToolContent(sent: readonly Sent[]): unknown[] {
  const message = sent.at(-1)!.prompt.findLast(({ role }) => role === 'tool');
  return (message?.content ?? []) as unknown[];
}
