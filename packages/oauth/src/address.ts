import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { RateLimit } from './options.ts';
import { placeOf } from './seal.ts';
import type { OAuthStore } from './store/store.ts';

/** The address that a request came from: `req.ip` of Express, which follows `trust proxy`, or the socket's. */
export function addressOf(request: IncomingMessage & { ip?: string }): string | undefined {
  return request.ip ?? request.socket.remoteAddress;
}

/** Takes one of the points that an address has for a purpose. Resolves with 0, or with the milliseconds to wait. */
export function takeFrom(
  store: OAuthStore,
  purpose: string,
  address: string | undefined,
  limit: RateLimit,
): Promise<number> {
  return store.take(placeOf(`${purpose} from`, networkOf(address)), limit);
}

/** An IPv6 address counts as its /64 network, because one customer of a provider usually has all of its 2⁶⁴ addresses. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address);
  if (mapped) return mapped[1]!;
  const plain = address.split('%')[0]!;
  if (!isIPv6(plain)) return plain;
  // The URL parser writes out nothing, but writes every address in one way.
  const [left = '', right] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const head = left.split(':').filter(Boolean);
  const tail = right?.split(':').filter(Boolean) ?? [];
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4).join(':');
}
