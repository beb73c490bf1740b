import type { Bytes } from '../bytes.ts';

/** The page that a person sees who opens the endpoint in a browser. `inspector()` of `@trpc-mcp/inspector` makes one. */
export interface Page {
  /**
   * Answers a browser: a GET or HEAD whose `Accept` names `text/html`. Returns `undefined` to leave it to the short page of
   * this package. A page that throws, or takes longer than `hookTimeoutMs`, is left to it too, and `onError` is called. The
   * query of the URL belongs to the page: `code` and `state` of a sign-in, for example.
   */
  open: (visit: PageVisit) => PageReply | undefined | Promise<PageReply | undefined>;
}

/** A browser that opens the endpoint, and what the handler knows that a page may need. */
export interface PageVisit {
  /** The HTTP request. */
  request: Request;
  /** The URLs of the authorization servers that `auth` names. */
  authorizationServers: readonly string[];
  /** The URLs of the icons in `server.icons`. */
  icons: readonly string[];
}

/** What a page answers. The body of an answer to HEAD is not sent. */
export interface PageReply {
  /** The HTTP status. */
  status: number;
  /** The headers, with names in lower case. */
  headers: Record<string, string>;
  body: string | Bytes | undefined;
}
