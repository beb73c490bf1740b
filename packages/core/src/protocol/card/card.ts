import type { McpIcon } from '../../meta.ts';

/** What the Server Card says besides what `server` says. Everything in it is public. */
export interface CardOptions {
  /**
   * The name of the server in reverse-DNS form: a domain of yours backwards, a slash, and a name, such as
   * `com.example/billing`. `server.name` by default.
   */
  name?: string;
  /** What people can do with the server, in at most 100 characters. `server.description` by default. */
  description?: string;
  /** The URL of the endpoint, as clients know it. With `bearer`, it is its `resource`. */
  url?: string | URL;
  /** Where the source code is. */
  repository?: CardRepository;
  /** The headers that clients have to send, besides those of OAuth. Clients ask people for their values. */
  headers?: readonly CardHeader[];
}

/** Where the source code of a server is. */
export interface CardRepository {
  /** Where people browse it. */
  url: string;
  /** Who hosts it, such as `github`. */
  source: string;
  /** The folder of the server in it. */
  subfolder?: string;
  /** Its id at the host, which stays the same when it is renamed. */
  id?: string;
}

/** A value that a client asks people for, or that is given. */
export interface CardInput {
  /** Says people what it is. */
  description?: string;
  /** Whether nothing works without it. */
  isRequired?: boolean;
  /** Whether nobody else may see it, such as a key. */
  isSecret?: boolean;
  /** `string` by default. */
  format?: 'string' | 'number' | 'boolean' | 'filepath';
  /** What it is where people say nothing else. */
  default?: string;
  /** An example that is shown while it is empty. */
  placeholder?: string;
  /** What it is in any case. Names in `{braces}` are replaced by `variables`. */
  value?: string;
  /** What it has to be one of. */
  choices?: readonly string[];
}

/** A header that clients send. */
export interface CardHeader extends CardInput {
  /** The name of the header. */
  name: string;
  /** The values of the names in `{braces}` in `value`. */
  variables?: Readonly<Record<string, CardInput>>;
}

/** Where a server is served, and to which clients. */
export interface CardRemote {
  type: 'streamable-http';
  url: string;
  headers?: readonly CardHeader[];
  /** The revisions of MCP, newest first. */
  supportedProtocolVersions: readonly string[];
}

/**
 * The document by which clients find out about a server before they connect to it.
 * @see https://github.com/modelcontextprotocol/experimental-ext-server-card/blob/main/schema.ts
 */
export interface ServerCard {
  $schema: string;
  name: string;
  version: string;
  description: string;
  title?: string;
  websiteUrl?: string;
  repository?: CardRepository;
  icons?: readonly McpIcon[];
  remotes: readonly CardRemote[];
}

/** What has a Server Card: every handler with the option `card`. */
export interface CardSource {
  /** The Server Card that is served below the endpoint. `undefined` without the option `card`. */
  readonly card: ServerCard | undefined;
}

export const cardMediaType = 'application/mcp-server-card+json';

/** Where a card is below its endpoint. */
export const cardSuffix = '/server-card';

/** The URL of a card: it is below the endpoint, so that mounting the endpoint also mounts the card. */
export function cardUrlOf({ remotes }: ServerCard): string {
  return remotes[0]!.url.replace(/\/$/, '') + cardSuffix;
}
