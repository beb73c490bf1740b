/** One thing wrong with what a client sent: where, as a path into the arguments (`filter.since`, `items[2].id`), and what. */
export interface WireIssue {
  path: string;
  message: string;
}

/** Arguments that are refused before the app's own validator sees them. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly keys: readonly (string | number)[];
  readonly reason: string;

  constructor(reason: string, keys: readonly (string | number)[] = []) {
    super(keys.length === 0 ? reason : `${formatPath(keys)}: ${reason}`);
    this.reason = reason;
    this.keys = keys;
  }

  get issues(): WireIssue[] {
    return [{ path: formatPath(this.keys), message: this.reason }];
  }

  /** The same error at another place. */
  at(keys: readonly (string | number)[]): WireError {
    return new (this.constructor as typeof WireError)(this.reason, keys);
  }
}

/** A value that cannot be put into JSON. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  readonly keys: readonly (string | number)[];
  readonly reason: string;

  constructor(reason: string, keys: readonly (string | number)[] = []) {
    super(`${keys.length === 0 ? 'The result' : formatPath(keys)} ${reason}`);
    this.reason = reason;
    this.keys = keys;
  }
}

/** The same error, one step further from the root. Any other error comes back as it is. */
export function under(key: string | number, error: unknown): unknown {
  if (error instanceof WireError) return error.at([key, ...error.keys]);
  if (error instanceof EncodeError) return new EncodeError(error.reason, [key, ...error.keys]);
  return error;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;
const MAX_SHOWN = 16;

/** `['items', 2, 'id']` is `items[2].id`; a key that is no name is quoted: `rates["2026-01-31"]`. */
export function formatPath(keys: readonly (string | number)[]): string {
  let path = '';
  for (const key of keys.slice(0, MAX_SHOWN)) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (PLAIN_KEY.test(key)) path += path === '' ? key : `.${key}`;
    else path += `[${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key)}]`;
  }
  return keys.length > MAX_SHOWN ? `${path}…` : path;
}
