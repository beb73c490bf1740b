import { CredentialError } from './credential-error.ts';

/** A request of Node's, or anything else that has headers. */
export interface HeadersRequest {
  url?: string | undefined;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Reads the token in an `Authorization` header. Throws a `CredentialError` when it is malformed. */
export function readToken(request: Request | HeadersRequest, maxLength: number): string | undefined {
  // A URL ends up in logs and in the history of browsers.
  if (queryOf(request.url).has('access_token')) {
    const message = 'a token in the URL is not taken; send it in the Authorization header';
    throw new CredentialError(400, message, 'invalid_request');
  }
  const header = authorizationOf(request.headers);
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) return undefined;
  const token = header.slice('bearer '.length).trim();
  if (token.length > maxLength) {
    throw new CredentialError(401, `the token is longer than ${maxLength} characters`, 'invalid_token');
  }
  if (tokenSyntax.test(token)) return token;
  const message = 'the Authorization header is malformed; send one token, as: Bearer <token>';
  throw new CredentialError(400, message, 'invalid_request');
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const tokenSyntax = /^[\w.~+/-]+=*$/;

/** The query of a URL, which Node writes without its origin. */
function queryOf(url: string | undefined): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(url ?? '')?.[1]);
}

function authorizationOf(headers: Headers | HeadersRequest['headers']): string | undefined {
  if (isHeaders(headers)) return headers.get('authorization') ?? undefined;
  // Node writes the names of headers in small letters, other hosts as the client wrote them.
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization');
  const value = name === undefined ? undefined : headers[name];
  // Two headers make a malformed one, as they do in `Headers`.
  return value === undefined ? undefined : [value].flat().join(', ');
}

function isHeaders(headers: Headers | HeadersRequest['headers']): headers is Headers {
  return typeof headers['get'] === 'function';
}
