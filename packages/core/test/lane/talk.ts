import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { getMcpCall, type McpMeta } from '../../src/index.ts';
import type { Handler } from '../../src/protocol/handler.ts';
import { type Seen, send } from './exchange.ts';

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });

/** A router whose tools, prompt and resource ask. `ran` is told what has run to its end. */
export function createAskingRouter(ran: (what: string) => void) {
  const tool = t.procedure.meta({ mcp: true });
  const id = z.object({ id: z.string(), more: z.unknown().optional() });
  const size = z.object({ size: z.enum(['small', 'large']) });
  const ask = (message: string, key?: string) =>
    getMcpCall()!.ask({ message, schema: size, ...(key !== undefined && { key }) });
  const end = <TValue>(what: string, value: TValue): TValue => {
    ran(what);
    return value;
  };
  const isAda = (ctx: { user: string | undefined }) => ctx.user === 'ada';
  return t.router({
    close: tool
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(id)
      .mutation(({ input }) => end('close', { closed: input.id })),
    drop: tool
      .meta({ mcp: { confirm: true, confirmFallback: 'proceed' } })
      .input(id)
      .mutation(({ input }) => end('drop', [input.id])),
    taken: tool.meta({ mcp: { confirm: 'Take it?' } }).mutation(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
    }),
    denied: tool.meta({ mcp: { confirm: 'Deny it?' } }).mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    }),
    broken: tool.meta({ mcp: { confirm: 'Break it?' } }).mutation(() => {
      throw new Error('a secret');
    }),
    secret: tool
      .meta({ mcp: { confirm: 'Tell it?', visible: isAda } })
      .input(id)
      .mutation(() => end('secret', 'psst')),
    order: tool.input(id).mutation(async () => end('order', await ask('Which size?'))),
    wizard: tool.input(id).mutation(async () => {
      const given = [await ask('First?', 'a'), await ask('Second?', 'b'), await ask('Third?')];
      return end('wizard', given);
    }),
    many: tool.input(id).mutation(async () => {
      const given = await Promise.all([ask('Left?', 'left'), ask('Right?'), ask('Up?', 'confirm')]);
      return end('many', given);
    }),
    both: tool
      .meta({ mcp: { confirm: 'Really?' } })
      .input(id)
      .mutation(async () => end('both', await ask('How large?'))),
    busy: tool.input(id).mutation(async () => {
      getMcpCall()!.progress({ progress: 1, message: 'asking' });
      return end('busy', await ask('How busy?'));
    }),
    page: tool.input(id).mutation(async () => {
      return end('page', await getMcpCall()!.ask({ message: 'Pay', url: 'https://pay.example/1' }));
    }),
    mixed: tool.input(id).mutation(async () => {
      const paid = getMcpCall()!.ask({ message: 'Pay', url: 'https://pay.example/1', key: 'pay' });
      return end('mixed', await Promise.all([ask('Which size?'), paid]));
    }),
    model: tool.input(id).mutation(async () => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: 'Hi' } }];
      const params = { messages, maxTokens: 5 };
      return end('model', await getMcpCall()!.request({ method: 'sampling/createMessage', params }));
    }),
    folders: tool
      .input(id)
      .mutation(async () => end('folders', await getMcpCall()!.request({ method: 'roots/list' }))),
    odd: tool
      .input(id)
      .mutation(async () => end('odd', await getMcpCall()!.request({ method: 'odd/ask' } as never, 'odd'))),
    late: tool.input(id).mutation(async () => {
      const first = await ask('First?');
      const params = { messages: [], maxTokens: 5 };
      const second = await getMcpCall()!.request({ method: 'sampling/createMessage', params });
      return end('late', [first, second]);
    }),
    plain: tool.input(id).query(() => 'plain'),
    prompting: t.procedure
      .meta({ mcp: { prompt: { name: 'prompting' } } })
      .input(z.object({ id: z.string() }))
      .query(async () => end('prompting', (await ask('For whom?')).action)),
    reading: t.procedure
      .meta({ mcp: { resource: { uri: 'asking://{id}' } } })
      .input(z.object({ id: z.string() }))
      .query(async () => end('reading', (await ask('Which part?')).action)),
  });
}

/** What a client says in one request. */
export interface Said {
  name: string;
  args?: Record<string, unknown> | undefined;
  /** More params, such as `requestState` and `inputResponses`. */
  more?: Record<string, unknown>;
  capabilities?: unknown;
  meta?: Record<string, unknown>;
  user?: string;
  headers?: Record<string, string>;
}

/** What came of it, as far as the next round needs it. */
export interface Asked {
  /** The whole answer, without what is random in it. */
  seen: Seen;
  state: string | undefined;
  keys: string[];
}

export const canAskAll = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const version = '2026-07-28';

/** Sends one request of 2026 through a handler. */
export async function say(handler: Handler, said: Said, onWebRequest?: () => void): Promise<Asked> {
  const { name, args = { id: 'c1' }, more, capabilities = canAskAll, meta, user = 'ada', headers } = said;
  const method = { prompting: 'prompts/get', reading: 'resources/read' }[name] ?? 'tools/call';
  const uri = `asking://${String(args['id'])}`;
  const asked = method === 'resources/read' ? { uri } : { name, arguments: args };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...meta,
  };
  const seen = await send(
    handler,
    {
      method: 'POST',
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': version,
        'mcp-method': method,
        'mcp-name': method === 'resources/read' ? uri : name,
        authorization: user,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...asked, ...more, _meta } }),
    },
    onWebRequest,
  );
  const { result } = ([seen.body].flat().at(-1) ?? {}) as { result?: Record<string, unknown> };
  const state = result?.['requestState'] as string | undefined;
  if (result && state !== undefined) result['requestState'] = readState(state);
  return { seen, state, keys: Object.keys(result?.['inputRequests'] ?? {}) };
}

/** What is in a state, without what is random in it. */
export function readState(state: string): unknown {
  const [, body = ''] = state.split('.');
  const { p, ...rest } = JSON.parse(Buffer.from(body, 'base64url').toString()) as {
    p: Record<string, unknown>;
    exp: number;
  };
  return { ...rest, exp: typeof rest.exp, p: { ...p, nonce: typeof p['nonce'] } };
}

/** Answers to all questions, in the form that most of these tools want. */
export function answers(keys: readonly string[], response: unknown = accepted): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, response]));
}

export const accepted = { action: 'accept', content: { size: 'small' } };
