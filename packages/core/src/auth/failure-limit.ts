import type { SetupProblem } from '../setup-error.ts';

/** How often an address may present a credential that is not valid before everything from it is answered 429. */
export interface FailureLimit {
  /** Failures within the window. */
  max: number;
  /** Counted from the first failure on. */
  windowMs: number;
  /**
   * Whose failures count together. The connection's address unless said otherwise, or what the framework makes of it:
   * `trust proxy` of Express and Fastify. Fetch hosts know no address, so there it has to be said, from a header that
   * your platform sets and clients cannot.
   */
  address?: (request: Request) => string | undefined;
}

export interface FailureCounter {
  /** For how many seconds nothing from this address is looked at; 0 when it is. */
  secondsToWait(address: string): number;
  count(address: string): void;
}

/** More addresses than this are not remembered: the ones that were counted first are forgotten. */
const maxAddresses = 10_000;

export function checkFailureLimit(limit: FailureLimit | undefined): SetupProblem[] {
  if (!limit || (limit.max >= 1 && limit.windowMs >= 1)) return [];
  const message = 'max and windowMs have to be 1 or more; take failureLimit out for no limit';
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
    secondsToWait(address) {
      const window = current(networkOf(address));
      return window && window.failures >= max ? Math.ceil((window.endsAt - Date.now()) / 1000) : 0;
    },
    count(address) {
      const key = networkOf(address);
      const window = current(key);
      if (window) {
        window.failures += 1;
        return;
      }
      // A Map keeps the order of insertion, which is that of the windows' ends.
      if (windows.size >= maxAddresses) windows.delete(windows.keys().next().value!);
      windows.set(key, { failures: 1, endsAt: Date.now() + windowMs });
    },
  };
}

/** Whoever has one IPv6 address has 2⁶⁴ of them. */
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
