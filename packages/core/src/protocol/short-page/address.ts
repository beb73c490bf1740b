import { isPlainHost, webUrlOf } from './link.ts';

/** Where an endpoint is found. */
export interface Address {
  /** Its URL. It has no character that means something to a shell. */
  url: string;
  /** Whether only programs on the same machine reach it. */
  isLocal: boolean;
}

/**
 * Finds the address that clients connect to: the resource of the metadata if there is one, else the URL of the request
 * without its query, which may hold `code` and `state` of a sign-in.
 */
export function addressOf(request: Request, resource: string | undefined): Address {
  const url = new URL(webUrlOf(resource) ?? request.url);
  const isSecure = url.protocol === 'https:' || isForwardedFromTls(request);
  const host = isPlainHost(url.host) ? url.host : unknownHost;
  return {
    // People copy it into a terminal, and whoever made a link to this page has chosen its path.
    url: `${isSecure ? 'https' : 'http'}://${host}${url.pathname.replace(/[^\w\-.~/%:@]/g, toEscape)}`,
    isLocal: /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(host),
  };
}

/** Stands for a host that nobody could connect to. */
const unknownHost = 'this-host.invalid';

/** A proxy that ends TLS says so. The answer is not cached, so that a client that says so misleads itself alone. */
function isForwardedFromTls({ headers }: Request): boolean {
  return /^https(?:,|$)/i.test(headers.get('x-forwarded-proto')?.trim() ?? '');
}

function toEscape(character: string): string {
  return `%${character.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`;
}
