/**
 * Something that the authorization server did or refused, for a log. It has no credentials: no codes, tokens or secrets.
 */
export interface OAuthEvent {
  type: OAuthEventType;
  /** Whether somebody was refused. */
  refused: boolean;
  /** What happened, as a sentence for a log. */
  message: string;
  /** The OAuth error code that the client or the browser got, such as `invalid_grant`. */
  error?: string | undefined;
  clientId?: string | undefined;
  /** The id of the person. */
  userId?: string | undefined;
  /** The address that the request came from. */
  address?: string | undefined;
  /** What was thrown, if it was no ordinary refusal. */
  cause?: unknown;
}

/** What an event is about. */
export type OAuthEventType =
  /** A client registered itself, or was refused. */
  | 'registration'
  /** A client's metadata document was fetched, or refused. */
  | 'metadata-document'
  /** An authorization request was refused before anybody was asked. */
  | 'authorization'
  /** A person allowed a client something, or refused. */
  | 'consent'
  /** A token was issued, or refused. */
  | 'token'
  /** A token was revoked. */
  | 'revocation'
  /** A person ended a connection on the page of connections, or the app did. */
  | 'connection-ended'
  /** A code or a refresh token was used twice. All tokens of that login are revoked. */
  | 'reuse'
  /** A form was sent from another page, or by another person than the one it was shown to. */
  | 'forged-form'
  /** The server failed: the store, or a function of the app. */
  | 'failure';

/** Is told what the authorization server does. What it throws is ignored. */
export type OnEvent = (event: OAuthEvent) => void;
