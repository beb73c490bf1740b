import type { Place } from '../place.ts';
import type { EnvValue, Launch, Server } from '../server.ts';
import type { HeaderValue } from '../header.ts';

export type Scope = 'project' | 'user';

/** What one client reads: where its file is, and how a server is written in it. */
export interface ConfigClient {
  title: string;
  format: 'jsonc' | 'toml';
  /** The key of the table of servers. */
  container: string;
  /** Absolute path of its file, or `undefined` if it has none for that scope. */
  file: (scope: Scope, place: Place) => string | undefined;
  /** The folder that is there if the client was used on this machine. */
  trace: (place: Place) => string;
  /** What is written for a server. */
  toEntry: (server: Server, options: EntryOptions) => Entry;
  /** What a person has to do afterwards. */
  afterwards: string;
  /** What was read of the format, and when. Where the maker's own page could not be opened, it is what others say of it. */
  sources: readonly { url: string; date: string }[];
}

export interface EntryOptions {
  scope: Scope;
  place: Place;
  /** Writes secrets into the file, though the client could read them from elsewhere. */
  inline: boolean;
}

export interface Entry {
  value: Record<string, unknown>;
  /** Questions that VS Code asks for values of the entry; it keeps the answers itself. */
  inputs?: readonly Input[];
  /** Secrets that stand in the entry itself. */
  secrets: readonly string[];
  /** Environment variables that the entry refers to, in which the client has to be started. */
  variables: readonly string[];
  notes: readonly string[];
  /** Variables whose values have to stand in the entry, and that are not set here. Placeholders stand for them. */
  unset?: readonly string[];
}

export interface Input {
  type: 'promptString';
  id: string;
  description: string;
  password: boolean;
}

/** All fields that say how to reach a server, in any client. A server of another kind loses those of the old kind. */
export const transportFields: readonly string[] = [
  'type',
  'command',
  'args',
  'env',
  'env_vars',
  'envFile',
  'cwd',
  'url',
  'httpUrl',
  'serverUrl',
  'headers',
  'http_headers',
  'env_http_headers',
  'bearer_token',
  'bearer_token_env_var',
  'headersHelper',
  'auth',
  'oauth',
  'oauth_resource',
  'scopes',
  'authProviderType',
  'targetAudience',
  'targetServiceAccount',
  'source',
  'transport',
];

/** Fields that let a server do more, which a person granted to one server and not to the next that has its name. */
export const grantFields: readonly string[] = [
  'trust',
  'alwaysAllow',
  'autoApprove',
  'default_tools_approval_mode',
  'tools',
];

/** Values of headers, with those that are secret as a reference. */
export function toHeaders(
  headers: readonly HeaderValue[],
  refer: ((header: HeaderValue) => string) | undefined,
): Written {
  const secrets: string[] = [];
  const variables: string[] = [];
  const unset: string[] = [];
  const values = headers.map((header): [string, string] => {
    const { name, value, isSecret, variable } = header;
    if (isSecret && refer) {
      variables.push(variable);
      return [name, refer(header)];
    }
    if (value === undefined) {
      unset.push(variable);
      return [name, placeholderOf(header)];
    }
    if (isSecret) secrets.push(value);
    return [name, value];
  });
  return { values: Object.fromEntries(values), secrets, variables, unset };
}

/** Stands for a value that is not known. */
export const placeholderOf = ({ scheme, variable }: HeaderValue): string => `${scheme}<${variable}>`;

/** Variables of a process, with those that come from the client's own environment as a reference. */
export function toEnv(
  env: readonly EnvValue[],
  own: NodeJS.ProcessEnv,
  refer: ((name: string) => string) | undefined,
): Written {
  const secrets: string[] = [];
  const variables: string[] = [];
  const unset: string[] = [];
  const values = env.map(({ name, value }): [string, string] => {
    if (value === undefined && refer) {
      variables.push(name);
      return [name, refer(name)];
    }
    const written = value ?? own[name];
    if (written === undefined) {
      unset.push(name);
      return [name, `<${name}>`];
    }
    if (written !== '') secrets.push(written);
    return [name, written];
  });
  return { values: Object.fromEntries(values), secrets, variables, unset };
}

interface Written {
  values: Record<string, string>;
  secrets: string[];
  variables: string[];
  unset: string[];
}

export type { Launch };
