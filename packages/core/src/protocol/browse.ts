import type { Exchange, Reply } from './exchange.ts';
import type { HandlerOptions } from './options.ts';

/** Makes the function that answers browsers, and returns `undefined` for all other clients. */
export function createBrowse({
  page,
  auth,
  server,
}: HandlerOptions): (exchange: Exchange) => Promise<Reply | undefined> {
  const authorizationServers = auth?.metadata?.authorization_servers ?? [];
  const icons = (server?.icons ?? []).map(({ src }) => src);
  return async (exchange) => {
    if (!isBrowser(exchange)) return undefined;
    const reply = await page?.open({ request: exchange.toRequest(), authorizationServers, icons });
    if (!reply) return undefined;
    const { status, headers, body } = reply;
    if (exchange.method === 'HEAD') return { status, headers, body: undefined };
    return { status, headers, body: body instanceof Uint8Array ? [body] : body };
  };
}

function isBrowser(exchange: Exchange): boolean {
  const { method } = exchange;
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(exchange.header('accept') ?? '');
}
