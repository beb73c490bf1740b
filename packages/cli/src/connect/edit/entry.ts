import { isDeepStrictEqual } from 'node:util';
import type { ConfigClient, Entry } from '../clients/client.ts';
import { grantFields, transportFields } from '../clients/client.ts';
import { JsoncText } from './jsonc.ts';
import { readToml, writeToml } from './toml.ts';

export interface Edited {
  text: string;
  /** The entry of that name that was there before. */
  previous: Record<string, unknown> | undefined;
  /** True if the entry that was there is that of the same server. */
  isSame: boolean;
}

/**
 * Writes one server into the text of a client's file. Fields of an entry that was there before are kept, such as
 * `disabled`, unless they say how to reach the server.
 */
export function editEntry(client: ConfigClient, text: string, name: string, entry: Entry): Edited {
  if (client.format === 'toml') {
    const previous = readToml(text, client.container, name);
    const merged = merge(previous, entry.value);
    const isEqual = previous !== undefined && isDeepStrictEqual(previous, merged);
    const written = isEqual ? text : writeToml(text, client.container, name, merged);
    return { text: written, previous, isSame: isSameServer(previous, entry.value) };
  }
  const file = new JsoncText(text);
  const path = [client.container, name];
  const found = file.get(path);
  const previous = isObject(found) ? found : undefined;
  const merged = merge(previous, entry.value);
  if (!previous) file.set(path, merged);
  else {
    for (const key of Object.keys(previous)) if (!Object.hasOwn(merged, key)) file.remove([...path, key]);
    for (const [key, value] of Object.entries(merged)) file.set([...path, key], value);
  }
  const inputs = file.get(['inputs']);
  for (const input of entry.inputs ?? []) {
    const known =
      Array.isArray(inputs) && inputs.some((other: { id?: unknown } | null) => other?.id === input.id);
    if (!known) file.append(['inputs'], input);
  }
  const isSame = found === undefined || (previous !== undefined && isSameServer(previous, entry.value));
  return { text: file.toString(), previous: previous ?? (found === undefined ? undefined : {}), isSame };
}

function merge(
  previous: Record<string, unknown> | undefined,
  next: Record<string, unknown>,
): Record<string, unknown> {
  if (!previous) return next;
  const isSame = isSameServer(previous, next);
  const kept = Object.entries(previous).filter(([key]) => {
    if (transportFields.includes(key)) return isSame && isAddition(key);
    return isSame || !grantFields.includes(key);
  });
  const merged: Record<string, unknown> = Object.fromEntries(kept);
  for (const [key, value] of Object.entries(next)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  // Fields stand in the order in which they were.
  const order = [...Object.keys(previous), ...Object.keys(next)];
  return Object.fromEntries(
    [...new Set(order)].filter((key) => Object.hasOwn(merged, key)).map((key) => [key, merged[key]]),
  );
}

// A person may have added these to an entry; they are not sent to another server than before.
const isAddition = (key: string): boolean =>
  /^(?:headers|http_headers|env_http_headers|bearer_token_env_var|headersHelper|auth|oauth|oauth_resource|scopes|authProviderType|target\w+|env|env_vars|envFile|cwd)$/.test(
    key,
  );

/** Whether an entry leads to the same endpoint or the same module as another. */
function isSameServer(previous: Record<string, unknown> | undefined, next: Record<string, unknown>): boolean {
  if (!previous) return true;
  const url = urlOf(next);
  if (url !== undefined) return originOf(urlOf(previous)) === originOf(url);
  return moduleOf(previous) !== undefined && moduleOf(previous) === moduleOf(next);
}

function urlOf({ url, httpUrl, serverUrl, args }: Record<string, unknown>): string | undefined {
  const direct = [url, httpUrl, serverUrl].find((value) => typeof value === 'string');
  if (direct !== undefined) return direct;
  if (!Array.isArray(args) || !args.includes('mcp-remote')) return undefined;
  return args.find((arg): arg is string => typeof arg === 'string' && /^https?:/.test(arg));
}

/** The endpoint of a URL: what it chooses by its query may change. */
function originOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function moduleOf({ args }: Record<string, unknown>): unknown {
  return Array.isArray(args) ? args[args.indexOf('serve') + 1 || args.length] : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
