/** One problem with the arguments of a call. `path` points into the arguments as they were sent: `filter.since`, `items[2].id`. */
export interface WireIssue {
  path: string;
  message: string;
}

/** Thrown for arguments that are rejected before the app's own validator sees them. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly keys: readonly (string | number)[];
  readonly reason: string;
  /** How many problems there are; `issues` tells the first ten. */
  readonly count: number = 1;

  constructor(reason: string, keys: readonly (string | number)[] = []) {
    super(keys.length === 0 ? reason : `${formatPath(keys)}: ${reason}`);
    this.reason = reason;
    this.keys = keys;
  }

  get issues(): WireIssue[] {
    return [{ path: formatPath(this.keys), message: this.reason }];
  }

  /** Makes the same error for another place. */
  at(keys: readonly (string | number)[]): WireError {
    return new (this.constructor as typeof WireError)(this.reason, keys);
  }
}

/** Thrown for a value that cannot be encoded as JSON. */
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

/** Makes the same error for a place one key further from the root. Returns any other error unchanged. */
export function under(key: string | number, error: unknown): unknown {
  if (error instanceof WireError) return error.at([key, ...error.keys]);
  if (error instanceof EncodeError) return new EncodeError(error.reason, [key, ...error.keys]);
  return error;
}

const namePattern = /^[A-Za-z_$][\w$-]*$/;
const maxKeysShown = 16;
/** A name that is longer is a text of the client's, not an argument of the app. */
const maxKeyLength = 64;

/** Formats `['items', 2, 'id']` as `items[2].id`. A key that is not a name is quoted: `rates["2026-01-31"]`. */
export function formatPath(keys: readonly (string | number)[]): string {
  let path = '';
  for (const key of keys.slice(0, maxKeysShown)) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (key.length > maxKeyLength) path += `[${JSON.stringify(`${key.slice(0, maxKeyLength)}…`)}]`;
    else if (namePattern.test(key)) path += path === '' ? key : `.${key}`;
    else path += `[${JSON.stringify(key)}]`;
  }
  return keys.length > maxKeysShown ? `${path}…` : path;
}
