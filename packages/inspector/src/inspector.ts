import type { Page, PageReply, PageVisit } from '@trpc-mcp/core';
import { openAppFrame } from './app-frame.ts';
import { toPolicy } from './policy.ts';

/** Who gets the page. */
export interface InspectorOptions {
  /**
   * Whether this browser gets the page: `() => process.env.NODE_ENV !== 'production'`, or whether the session cookie of the
   * request belongs to somebody. Whoever does not gets the short page that says what the endpoint is. Everybody does by
   * default, because the page holds nothing of the app: every call that it makes is authorised as any client's.
   */
  allow?: (request: Request) => boolean | Promise<boolean>;
}

/**
 * Makes the page that a person sees who opens the endpoint in a browser: how to connect clients, what the tools are, and a
 * form to try each. For the option `page` of `mcpHandler`. Throws a `TypeError` if `allow` is not a function.
 */
export function inspector(options: InspectorOptions = {}): Page {
  const { allow } = options;
  if (allow !== undefined && typeof allow !== 'function')
    throw new TypeError(
      'inspector({ allow }): allow has to be a function of the request that returns a boolean',
    );
  return {
    async open(visit) {
      // An app without types may return anything. Only `true` gives the page.
      if (allow && ((await allow(visit.request)) as unknown) !== true) return undefined;
      const { searchParams } = new URL(visit.request.url);
      return searchParams.has(appFrameParameter) ? openAppFrame() : openPage(visit);
    },
  };
}

/** The query parameter that asks for the document of MCP Apps instead of the page. */
const appFrameParameter = 'app-frame';

async function openPage({ request, authorizationServers, icons }: PageVisit): Promise<PageReply> {
  // Loaded when it is first needed, because it is large.
  const { page } = await import('./document.js');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': toPolicy({ page, authorizationServers, icons }),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    // The popup of a sign-in has to find its way back, so that other pages may not hold on to this one, but it may to them.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    etag: page.etag,
  };
  const known = request.headers.get('if-none-match');
  if (known?.trim() === '*' || known?.includes(page.etag)) return { status: 304, headers, body: undefined };
  if (takesGzip.test(request.headers.get('accept-encoding') ?? '')) {
    gzip ??= Uint8Array.from(atob(page.gzip), (character) => character.charCodeAt(0));
    return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzip };
  }
  plain ??= inflate(page.gzip);
  return { status: 200, headers, body: await plain };
}

/** With a weight of nought, a client says what it does not take. */
const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/** The page as it is sent, from the first visit on. Nearly every browser takes it compressed. */
let gzip: Uint8Array<ArrayBuffer> | undefined;
let plain: Promise<Uint8Array<ArrayBuffer>> | undefined;

async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const compressed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
