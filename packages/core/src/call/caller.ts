/** Who is calling, as far as the server can tell. Each `id` is a digest, so that no credential is kept. */
export type Caller =
  /** A person or account that is known by name: everything that is kept for them is theirs alone. */
  | { kind: 'identified'; id: string; /** The name, where it is no credential. */ subject?: string }
  /** Only the credential is known. A new one, after a refresh for example, makes a new caller. */
  | { kind: 'credential'; id: string }
  /** Nothing is known. All unknown callers are one and the same to the server. */
  | { kind: 'unknown' };

export function isSameCaller(one: Caller, other: Caller): boolean {
  return toCallerKey(one) === toCallerKey(other);
}

/** The text that stands for a caller in keys and sealed states. */
export function toCallerKey(caller: Caller): string {
  return caller.kind === 'unknown' ? 'unknown' : `${caller.kind}:${caller.id}`;
}
