import { type AnyTRPCRouter, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { configOf } from '../../catalog/walk.ts';
import { fetchJson, type Question, unreadable, type Verdict } from './verdict.ts';

type Code = TRPCError['code'];

/** Calls a procedure over tRPC's HTTP endpoint, as tRPC's own client would. */
export async function askTrpc(
  router: AnyTRPCRouter,
  url: string,
  type: 'query' | 'mutation',
  { path, input, headers }: Question,
): Promise<Verdict> {
  const { transformer } = configOf(router);
  const body = input === undefined ? undefined : JSON.stringify(transformer.input.serialize(input));
  const to = `${url}/${encodeURIComponent(path)}`;
  const answer =
    type === 'query'
      ? await fetchJson(body === undefined ? to : `${to}?input=${encodeURIComponent(body)}`, { headers })
      : await fetchJson(to, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          ...(body !== undefined && { body }),
        });
  const envelope = answer.body as { result?: unknown; error?: unknown } | null;
  if (envelope?.result !== undefined) return 'OK';
  if (envelope?.error === undefined) throw unreadable(to, answer.status, answer.body);
  const code = codeOf(transformer.output.deserialize(envelope.error), answer.status);
  if (!code) throw unreadable(to, answer.status, answer.body);
  return code;
}

/** An `errorFormatter` may leave out the code. The HTTP status and the JSON-RPC number together identify it as well. */
function codeOf(shape: unknown, status: number): Code | undefined {
  const { code: number, data } = (shape ?? {}) as { code?: unknown; data?: { code?: unknown } };
  const codes = Object.keys(TRPC_ERROR_CODES_BY_KEY) as Code[];
  const told = codes.find((code) => code === data?.code);
  if (told) return told;
  const byStatus = codes.filter((code) => getHTTPStatusCodeFromError(new TRPCError({ code })) === status);
  return byStatus.find((code) => TRPC_ERROR_CODES_BY_KEY[code] === number) ?? byStatus[0];
}
