import type { ServerContext } from '@modelcontextprotocol/server';
import type { McpAuthInfo } from '../meta.ts';
import type { AskState } from '../call/ask.ts';
import type { CallHost, CallParts } from '../call/call.ts';
import type { Caller } from '../call/caller.ts';
import type { FailureOutcome, Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { ServerInfo } from './options.ts';

/** What all requests of a handler share. */
export interface ServerParts extends CallParts {
  listing: 'all' | 'permitted' | undefined;
  /** The app's own search, which returns the paths of procedures. */
  find: ((query: string, ctx: unknown) => unknown) | undefined;
  info: ServerInfo;
  /** Whether the endpoint has a page for people, which may ask for what other clients have no use for. */
  isInspectable: boolean;
  /** Whether every caller gets the same lists. */
  isPublic: boolean;
  seal: StateSeal;
}

/** What one request is served with. Nothing in it changes: what comes of a request is returned. */
export interface Serving {
  readonly exchange: CallHost;
  readonly catalog: Catalog;
  readonly auth: McpAuthInfo | undefined;
  /** Finds out who is calling, once for each request. */
  readonly caller: () => Promise<Caller>;
  /** Whether the client takes messages before the answer: progress and questions. */
  readonly mayStream: boolean;
  /**
   * Returns what a request of a method with the same credential would be served with now, or why it would be refused.
   * `undefined` where that cannot change.
   */
  readonly renew?: ((method: string) => Promise<Serving | FailureOutcome>) | undefined;
}

/** What a request over HTTP is served with. */
export interface HttpServing extends Serving {
  readonly exchange: Exchange;
  /** What the query of the URL has chosen of the catalog, the same for every way to write it. Empty for everything. */
  readonly choice: string;
}

/** How a request over HTTP was answered. */
export interface Served {
  reply: Reply;
  /** How the call ended, or why a list was refused. It decides the HTTP status. `undefined` for everything else. */
  outcome: Outcome | undefined;
}

/** Seals the state that a client carries from one round of a call to the next. */
export interface StateSeal {
  seal(state: AskState, context: ServerContext): Promise<string>;
  /** Throws if the state was not sealed with the same secret, or has expired. */
  verify(text: string, context: ServerContext): Promise<AskState>;
}
