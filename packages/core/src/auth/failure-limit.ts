import type { SetupProblem } from '../setup-error.ts';

/**
 * How often an address may present a credential that is not valid. After that, every request from it is answered with
 * 429 until the window ends.
 */
export interface FailureLimit {
  /** The number of failures within one window. */
  max: number;
  /** How long a window lasts. It begins with the first failure. */
  windowMs: number;
  /**
   * Returns the address that failures are counted by. By default it is the connection's address, or the one that the
   * framework works out (`trust proxy` of Express and Fastify). Fetch hosts do not know an address, so set this there:
   * read a header that your platform sets and that clients cannot set.
   */
  address?: (request: Request) => string | undefined;
}

export interface FailureCounter {
  /** How long requests from this address are still turned away; 0 when they are not. */
  msToWait(address: string): number;
  count(address: string): void;
}

/** When more addresses than this have failed, the ones that were counted first are forgotten. */
const maxAddresses = 10_000;

export function checkFailureLimit(limit: FailureLimit | undefined): SetupProblem[] {
  if (!limit || (limit.max >= 1 && limit.windowMs >= 1)) return [];
  const message = 'max and windowMs have to be 1 or more; remove failureLimit if you want no limit';
  return [{ code: 'FAILURE_LIMIT_INVALID', path: 'auth.failureLimit', message }];
}

export function createFailureCounter({
  max,
  windowMs,
}: Pick<FailureLimit, 'max' | 'windowMs'>): FailureCounter {
  const windows = new Map<string, { failures: number; endsAt: number }>();
  const current = (key: string) => {
    const window = windows.get(key);
    if (!window || window.endsAt > Date.now()) return window;
    windows.delete(key);
    return undefined;
  };
  return {
    msToWait(address) {
      const window = current(networkOf(address));
      return window && window.failures >= max ? window.endsAt - Date.now() : 0;
    },
    count(address) {
      const key = networkOf(address);
      const window = current(key);
      if (window) {
        window.failures += 1;
        return;
      }
      // A Map keeps the order of insertion, and the window that began first also ends first.
      if (windows.size >= maxAddresses) windows.delete(windows.keys().next().value!);
      windows.set(key, { failures: 1, endsAt: Date.now() + windowMs });
    },
  };
}

/** An IPv6 address counts as its /64 network, because one customer of a provider usually has all of its 2⁶⁴ addresses. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
