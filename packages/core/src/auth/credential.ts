import { CredentialError } from './credential-error.ts';

/** A request of Node's, or anything else that has headers. */
export interface HeadersRequest {
  url?: string | undefined;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The names and values of all headers in turn, as Node has them. */
  rawHeaders?: readonly string[];
}

/** What a token is read from. */
export interface CredentialPlaces {
  /** What the URL has after its question mark. */
  query: string;
  /** The header of this name. Two of them are joined by a comma, which makes a malformed one. */
  authorization: string | undefined;
}

/** Finds where a request may have its token. */
export function placesOf(request: Request | HeadersRequest): CredentialPlaces {
  return { query: queryOf(request.url), authorization: authorizationOf(request) };
}

/** Reads the token in an `Authorization` header. Throws a `CredentialError` when it is malformed. */
export function readToken(
  { query, authorization: header }: CredentialPlaces,
  maxLength: number,
): string | undefined {
  // A URL ends up in logs and in the history of browsers.
  if (query !== '' && new URLSearchParams(query).has('access_token')) {
    const message = 'a token in the URL is not taken; send it in the Authorization header';
    throw new CredentialError(400, message, 'invalid_request');
  }
  if (header === undefined || !namesBearer.test(header)) return undefined;
  const token = /^bearer /i.test(header) ? header.slice('bearer '.length).trim() : '';
  if (token.length > maxLength) {
    throw new CredentialError(401, `the token is longer than ${maxLength} characters`, 'invalid_token');
  }
  if (tokenSyntax.test(token)) return token;
  const message = 'the Authorization header is malformed; send one token, as: Bearer <token>';
  throw new CredentialError(400, message, 'invalid_request');
}

/** A header that means to send a token, also beside another credential, and however it is written. */
const namesBearer = /^bearer(?![\w-])|,\s*bearer\s/i;

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const tokenSyntax = /^[\w.~+/-]+=*$/;

/** The query of a URL, which Node writes without its origin. */
function queryOf(url: string | undefined): string {
  return /\?([^#]*)/.exec(url ?? '')?.[1] ?? '';
}

/** Reads the header. Two of them make a malformed one, as they do in `Headers`. */
function authorizationOf(request: Request | HeadersRequest): string | undefined {
  const { headers } = request;
  if (isHeaders(headers)) return headers.get('authorization') ?? undefined;
  // Node writes the names of headers in small letters, other hosts as the client wrote them.
  const values = Object.entries(headers)
    .filter(([name, value]) => isAuthorization(name) && value !== undefined)
    .flatMap(([, value]) => value!);
  // Node keeps the first one alone. The app may have set it to something else.
  const { rawHeaders = [] } = request as HeadersRequest;
  const sent = rawHeaders.filter((_, index) => index % 2 === 1 && isAuthorization(rawHeaders[index - 1]!));
  const all = sent.length > 1 ? sent : values;
  return all.length === 0 ? undefined : all.join(', ');
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

function isHeaders(headers: Headers | HeadersRequest['headers']): headers is Headers {
  return typeof headers['get'] === 'function';
}
