import { getEncoding } from 'js-tiktoken';
import type { ToolCaller, ToolCallResult } from '@trpc-mcp/core/caller';
import { toModelView } from '../list.ts';

const o200k = getEncoding('o200k_base');

export function countTokens(value: unknown): number {
  return o200k.encode(typeof value === 'string' ? value : JSON.stringify(value)).length;
}

/** One call that a model writes. */
export interface ModelCall {
  name: string;
  arguments: Record<string, unknown>;
}

/**
 * Plays a model for one task: it is scripted what the model decides, and counted what it has to read and to write for it. It
 * knows nothing but the list of tools, the sentence, and the results of its calls.
 */
export class Agent {
  readonly #tools: ToolCaller;
  /** What is in the context so far. */
  #context = 0;
  /** What all requests have sent, and what the model has written: each request sends the whole context again. */
  sent = 0;
  calls = 0;

  private constructor(tools: ToolCaller) {
    this.#tools = tools;
  }

  static async start(tools: ToolCaller, sentence: string): Promise<Agent> {
    const agent = new Agent(tools);
    agent.#context = countTokens(toModelView(await tools.listTools())) + countTokens(sentence);
    return agent;
  }

  /** What the model has read and written, each part once. */
  get tokens(): number {
    return this.#context;
  }

  /** Makes the calls of one answer of the model, and returns their results. */
  async call(...calls: ModelCall[]): Promise<ToolCallResult[]> {
    this.#write(calls.map((call) => countTokens(call)));
    const results: ToolCallResult[] = [];
    for (const { name, arguments: args } of calls) {
      const result = await this.#tools.callTool(name, args);
      if (result.isError) throw new Error(`${name} failed: ${textOf(result)}`);
      this.calls++;
      this.#context += countTokens(textOf(result));
      results.push(result);
    }
    return results;
  }

  /** Writes the answer to the person. */
  answer(text: string): void {
    this.#write([countTokens(text)]);
  }

  #write(tokens: readonly number[]): void {
    const written = tokens.reduce((sum, each) => sum + each, 0);
    this.sent += this.#context + written;
    this.#context += written;
  }
}

export function textOf({ content }: ToolCallResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `<${block.type}>`)).join('\n');
}
