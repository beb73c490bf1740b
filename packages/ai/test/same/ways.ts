import type { Client } from '@modelcontextprotocol/client';
import { codeMode } from '@trpc-mcp/code';
import type { ToolCallResult } from '@trpc-mcp/core/caller';
import { createMcpTestClient } from '@trpc-mcp/core/testing';
import * as sdk from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { aiTools } from '../../src/index.ts';
import { lastToolContent, script } from '../models.ts';
import { createSameApp } from './app.ts';

/** A call, by the path of its procedure. */
export interface SameCall {
  path: string;
  type?: 'query' | 'mutation' | 'subscription';
  args?: Record<string, unknown>;
  /** What the person does when they are asked. */
  answer?: { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string> };
  /** How often it is called. The last result counts. */
  times?: number;
}

/** How a call has ended. */
export interface SameEnd {
  ok: boolean;
  /** tRPC's code of a refusal. */
  code?: string | undefined;
  /** The JSON for programs. */
  json?: unknown;
  /** What the model reads: texts, and the kind of each file. */
  text: string;
  /** The questions that a person was asked. */
  asked: string[];
  /** What the app did. */
  done: string[];
}

const authInfo = { subject: 'ada', scopes: ['notes:read'], clientId: 'chat', token: 'secret' };
const ctx = { user: 'ada' };

/** Over MCP, with the official client. */
export async function overMcp(call: SameCall): Promise<SameEnd> {
  return withClient(call, {}, async (client) => {
    const name = call.path.replaceAll('.', '_');
    try {
      const result = await client.callTool({ name, ...(call.args && { arguments: call.args }) });
      return toEnd(result);
    } catch (error) {
      // The only answer that is no result.
      return { ok: false, code: 'NOT_FOUND', text: (error as Error).message };
    }
  });
}

/** Through the AI SDK, with a model that makes the call. */
export async function throughAiSdk({ path, args = {}, answer, times = 1 }: SameCall): Promise<SameEnd> {
  const { router, options, done } = createSameApp();
  const asked: string[] = [];
  const name = path.replaceAll('.', '_');
  const tools = await aiTools(router, {
    ...options,
    ctx,
    authInfo,
    ...(answer && {
      onElicit: ({ message }) => {
        asked.push(message);
        return answer;
      },
    }),
  });
  const steps = Array.from({ length: times }, () => [{ name, input: args }]);
  const { model, sent } = script(MockLanguageModelV3, ...steps, 'Done.');
  const stopWhen = sdk.stepCountIs(times + 1);
  const { steps: taken } = await sdk.generateText({ model, tools, prompt: 'Go', stopWhen });
  const part = taken.at(-2)!.content.findLast(({ type }) => type === 'tool-result' || type === 'tool-error');
  const [told] = lastToolContent(sent).slice(-1) as [{ output: Parameters<typeof toText>[0] }];
  const text = toText(told.output);
  if (part?.type === 'tool-error') {
    const { code } = part.error as { code?: string };
    return { ok: false, code, text, asked, done };
  }
  const output: unknown = part?.type === 'tool-result' ? part.output : undefined;
  const isContent = typeof output === 'object' && output !== null && 'content' in output;
  const json = isContent ? (output as { structuredContent?: unknown }).structuredContent : output;
  return { ok: true, ...(json !== undefined && { json }), text, asked, done };
}

/** One for all calls, as an app has it. */
const discovery = codeMode();

/** From code in a sandbox, which is called over MCP. */
export async function fromCode(call: SameCall): Promise<SameEnd> {
  const { path, type = 'query', args } = call;
  const run = { query: 'query', mutation: 'mutate', subscription: 'subscribe' }[type];
  const code = `
    try {
      return { ok: true, json: await api.${path}.${run}(${args ? JSON.stringify(args) : ''}) };
    } catch (error) {
      return { ok: false, code: error.code, text: error.message };
    }`;
  return withClient(call, { discovery }, async (client) => {
    const result = await client.callTool({ name: 'run_code', arguments: { code } });
    const end = toEnd(result);
    if (!end.ok) return end;
    const told = JSON.parse(end.text) as { ok: boolean; json?: unknown; code?: string; text?: string };
    return { text: '', ...told };
  });
}

async function withClient(
  { answer, times = 1 }: SameCall,
  more: object,
  makeCall: (client: Client) => Promise<Omit<SameEnd, 'asked' | 'done'>>,
): Promise<SameEnd> {
  const { router, options, done } = createSameApp();
  const asked: string[] = [];
  await using remote = createMcpTestClient(router, {
    ...options,
    ...more,
    ctx,
    auth: { authenticate: () => authInfo },
    ...(answer && {
      onElicit: ({ message }: { message: string }) => {
        asked.push(message);
        return answer;
      },
    }),
  });
  const client = await remote.connect();
  let end = await makeCall(client);
  for (let count = 1; count < times; count++) end = await makeCall(client);
  return { ...end, asked, done };
}

function toEnd({ content, structuredContent: json, isError, _meta }: ToolCallResult) {
  const text = content.map(wordsOf).join('\n');
  if (isError) return { ok: false, code: String(_meta?.['code']), text };
  return { ok: true, ...(json !== undefined && { json }), text };
}

function wordsOf(block: ToolCallResult['content'][number]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
      return `<${block.mimeType}>`;
    case 'resource':
      return `<${block.resource.mimeType}>`;
    default:
      return `<${block.type}>`;
  }
}

type Told =
  | { type: 'text' | 'error-text'; value: string }
  | { type: 'json'; value: unknown }
  | { type: 'content'; value: { type: string; text?: string; mediaType?: string }[] };

function toText(output: Told): string {
  if (output.type === 'content')
    return output.value.map((part) => part.text ?? `<${part.mediaType}>`).join('\n');
  return output.type === 'json' ? JSON.stringify(output.value) : output.value;
}
