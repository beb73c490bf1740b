import type { TRPCError } from '@trpc/server';
import { consentKey } from '../../call/ask.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { WireCodec } from '../../schema/codec.ts';
import { compileOutput } from '../../schema/output.ts';
import { WireError } from '../../schema/wire-error.ts';
import { fetchJson, type Question, unreadable, type Verdict } from './verdict.ts';

const revision = '2026-07-28';
const invalidParams = -32_602;

interface ToolAnswer {
  result?: { isError?: boolean; _meta?: { code?: TRPCError['code'] }; requestState?: string };
  error?: { code: number; message: string };
}

/** Calls a procedure's tool over MCP, as a client of revision 2026-07-28 would. */
export async function askMcp(
  url: string,
  tool: Tool,
  { path, input, headers }: Question,
  codecs: readonly WireCodec[] | undefined,
): Promise<Verdict> {
  const args = await toArguments(tool, path, input, codecs);
  const ask = (more: object) =>
    fetchJson(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': revision,
        'mcp-method': 'tools/call',
        'mcp-name': tool.name,
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: tool.name,
          ...(args !== undefined && { arguments: args }),
          ...more,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': revision,
            'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
          },
        },
      }),
    });
  const first = await ask({});
  const { requestState } = (first.body as ToolAnswer | null)?.result ?? {};
  // Gives consent: over tRPC nobody asks for it, and the two calls should be alike.
  const consent = { inputResponses: { [consentKey]: { action: 'accept', content: {} } }, requestState };
  const { status, body } = tool.confirm && requestState !== undefined ? await ask(consent) : first;
  const { result, error } = (body ?? {}) as ToolAnswer;
  if (error?.code === invalidParams && error.message === `Unknown tool: ${tool.name}`) return 'UNKNOWN_TOOL';
  const verdict = result?.isError ? result._meta?.code : result && 'OK';
  if (!verdict) throw unreadable(url, status, body);
  return verdict;
}

/** Encodes the value as a model would send it. */
async function toArguments(
  tool: Tool,
  path: string,
  input: unknown,
  codecs: readonly WireCodec[] | undefined,
): Promise<unknown> {
  const { json, content } = await compileOutput(undefined, { ...(codecs && { codecs }) }).encode(input);
  if (content.length > 0) {
    throw new Error(
      `an input of ${path} contains a file, and inputs with files cannot be compared; use another input`,
    );
  }
  if (json === undefined) return undefined;
  if (isWrapped(tool)) return { input: json };
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new Error(
    `an input of ${path} is not an object, but its tool accepts only objects; use another input`,
  );
}

/** Arguments that are not an object reach the parsers, unless the tool takes its input as `{ input }`. */
function isWrapped({ input }: Tool): boolean {
  if (!input.takesInput) return false;
  try {
    input.decode(null);
    return false;
  } catch (error) {
    return error instanceof WireError;
  }
}
