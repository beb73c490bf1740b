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
  const named = resource === undefined && isLocal(url.host) ? hostBeforeProxy(request) : undefined;
  const host = [named ?? '', url.host].find(isPlainHost) ?? unknownHost;
  return {
    // People copy it into a terminal, and whoever made a link to this page has chosen its path.
    url: `${isSecure ? 'https' : 'http'}://${host}${url.pathname.replace(/[^\w\-.~/%:@]/g, toEscape)}`,
    isLocal: isLocal(host),
  };
}

function isLocal(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(host);
}

/** Behind a proxy, a host such as Next.js has its own address in the URL, and that of the browser in a header. */
function hostBeforeProxy({ headers }: Request): string | undefined {
  return headers.get('x-forwarded-host')?.split(',')[0]?.trim() ?? headers.get('host') ?? undefined;
}

/** Stands for a host that nobody could connect to. */
const unknownHost = 'this-host.invalid';

/** A proxy that ends TLS says so. The page is not cached, so that a client that makes up such a header misleads itself alone. */
function isForwardedFromTls({ headers }: Request): boolean {
  return /^https(?:,|$)/i.test(headers.get('x-forwarded-proto')?.trim() ?? '');
}

function toEscape(character: string): string {
  return `%${character.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`;
}
