import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Sends an HTML page that no other page can show in a frame. It has no Cross-Origin-Opener-Policy: clients in browsers open
 * it in a window, and would believe that the person has closed it.
 */
export function sendPage(res: ServerResponse, status: number, html: string, { csp }: { csp: string }): void {
  const body = Buffer.from(html);
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'content-security-policy': csp,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // The forms have to say where they come from, and other sites need not know the address.
    'referrer-policy': 'same-origin',
  });
  res.end(body);
}

/** Sends an OAuth error as JSON. */
export function sendError(
  res: ServerResponse,
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(JSON.stringify({ error, error_description: description }));
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
  });
  res.end(body);
}

/** Sends the browser to another address. */
export function redirect(res: ServerResponse, location: string): void {
  res.writeHead(303, { location, 'content-length': 0, 'cache-control': 'no-store' });
  res.end();
}

/** Adds a cookie to those that are set already. */
export function setCookie(res: ServerResponse, cookie: string): void {
  const before = res.getHeader('set-cookie');
  const list = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  res.setHeader('set-cookie', [...list, cookie]);
}

export function readCookie({ headers }: IncomingMessage, name: string): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [key = '', ...value] = pair.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return undefined;
}
