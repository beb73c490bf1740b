import { type Report, reportThrown } from '../call/failure.ts';
import { runHook } from '../hook.ts';
import { isRecord } from '../record.ts';
import { takesHtml } from './accept.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { HandlerOptions, ServerInfo } from './options.ts';
import type { PageReply } from './page.ts';
import { createShortPage } from './short-page/short-page.ts';

/** Makes the function that answers browsers, and returns `undefined` for all other clients. */
export function createBrowse(
  { page, auth }: HandlerOptions,
  { info, hookTimeoutMs, report }: { info: ServerInfo; hookTimeoutMs: number; report: Report },
): (exchange: Exchange) => Promise<Reply | undefined> {
  const authorizationServers = auth?.metadata?.authorization_servers ?? [];
  const icons = (info.icons ?? []).map(({ src }) => src);
  const openShort = createShortPage(info, auth);

  /** Asks the app's page. One that fails must not leave the person without an answer. */
  const openOwn = async (request: Request): Promise<PageReply | undefined> => {
    if (!page) return undefined;
    try {
      const visit = { request, authorizationServers, icons };
      const reply = await runHook('page.open', hookTimeoutMs, () => page.open(visit));
      if (reply === undefined || isPageReply(reply)) return reply;
      throw new TypeError('page.open has to return { status, headers, body }, or undefined');
    } catch (thrown) {
      reportThrown(report, thrown);
      return undefined;
    }
  };

  return async (exchange) => {
    if (!isBrowser(exchange)) return undefined;
    const request = exchange.toRequest();
    return toReply((await openOwn(request)) ?? (await openShort(request)), exchange.method);
  };
}

function isBrowser(exchange: Exchange): boolean {
  const { method } = exchange;
  return (method === 'GET' || method === 'HEAD') && takesHtml(exchange.header('accept'));
}

/** An app without types may return anything. What is no status or header would fail the whole answer on some hosts. */
function isPageReply(reply: unknown): reply is PageReply {
  if (!isRecord(reply)) return false;
  const { status, headers, body } = reply;
  const isBody = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const isStatus = Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
  return (
    isStatus &&
    isBody &&
    isRecord(headers) &&
    Object.values(headers).every((each) => typeof each === 'string')
  );
}

/** Statuses of answers that have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

function toReply({ status, headers: given, body }: PageReply, method: string): Reply {
  // The host counts what it sends.
  const { 'content-length': _, ...headers } = given;
  if (bodiless.has(status)) return { status, headers, body: undefined };
  if (method !== 'HEAD') return { status, headers, body: typeof body === 'string' ? body : body && [body] };
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return {
    status,
    headers: { ...headers, 'content-length': String(bytes?.byteLength ?? 0) },
    body: undefined,
  };
}
