/** The metadata of RFC 7591 that a client sends about itself, or has in its document. */
export type ClientMetadata = Record<string, unknown>;

/** What is wrong with the metadata, with the error code of RFC 7591. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  readonly code: 'invalid_redirect_uri' | 'invalid_client_metadata';

  constructor(code: 'invalid_redirect_uri' | 'invalid_client_metadata', message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Takes from a client's metadata what this server understands, as RFC 7591 lets it: clients name grants that they use with
 * other servers, and most do not say that they are programs on a computer, which oidc-provider has to know. Throws a
 * `MetadataError` for a redirect URI that is not safe.
 */
export function normalizeMetadata(metadata: ClientMetadata, canRefresh = true): ClientMetadata {
  const uris = readRedirectUris(metadata['redirect_uris']);
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([name, value]) => names.has(name) && value !== null),
  );
  for (const name of ['client_name', 'client_uri', 'logo_uri', 'software_id', 'software_version']) {
    const value = kept[name];
    if (value === undefined) continue;
    if (typeof value !== 'string')
      throw new MetadataError('invalid_client_metadata', `${name} has to be a text`);
    if (name.endsWith('_uri') && !isHttps(value)) delete kept[name];
    else if (value.length > 200) kept[name] = value.slice(0, 200);
  }
  return {
    ...kept,
    redirect_uris: uris,
    application_type: uris.every((uri) => new URL(uri).protocol === 'https:') ? 'web' : 'native',
    grant_types: canRefresh && wantsRefresh(metadata['grant_types']) ? [code, refresh] : [code],
    response_types: ['code'],
  };
}

const code = 'authorization_code';
const refresh = 'refresh_token';

/** Without `grant_types`, RFC 7591 says that a client wants only codes. It would have to log in every ten minutes. */
function wantsRefresh(grantTypes: unknown): boolean {
  return grantTypes === undefined || (Array.isArray(grantTypes) && grantTypes.includes(refresh));
}

const names = new Set([
  'client_id',
  'client_name',
  'client_uri',
  'logo_uri',
  'software_id',
  'software_version',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
]);

function readRedirectUris(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new MetadataError('invalid_redirect_uri', 'redirect_uris has to be a list of at least one URI');
  if (value.length > 20)
    throw new MetadataError('invalid_redirect_uri', 'redirect_uris has more than 20 members');
  const uris = value.map(checkRedirectUri);
  return [...new Set(uris)];
}

/** Schemes that run something in the browser, or read a file. */
const unsafeSchemes = new Set(
  [
    'javascript',
    'data',
    'vbscript',
    'file',
    'blob',
    'about',
    'view-source',
    'filesystem',
    'ws',
    'wss',
    'ftp',
    'mailto',
    'tel',
    'sms',
    'intent',
    'jar',
    'chrome',
    'resource',
  ].map((scheme) => `${scheme}:`),
);

function checkRedirectUri(uri: unknown): string {
  const refuse = (reason: string): never => {
    const shown = JSON.stringify(uri)?.slice(0, 200) ?? 'nothing';
    throw new MetadataError('invalid_redirect_uri', `${shown} ${reason}`);
  };
  if (typeof uri !== 'string' || uri.length > 2000 || !URL.canParse(uri)) return refuse('is not a URI');
  // What a browser would read in another way than it is written.
  if (/[\s\\\p{Cc}]/u.test(uri)) return refuse('has characters that no URI has');
  const { protocol, hostname, username, password } = new URL(uri);
  // The URL parser would make `https://evil.example` of `https:///evil.example` and `https:evil.example`.
  if (/^https?:$/.test(protocol) && !/^https?:\/\/[^/]/i.test(uri)) return refuse('has no host');
  if (uri.includes('#')) return refuse('has a fragment');
  if (username !== '' || password !== '') return refuse('has a user name');
  if (unsafeSchemes.has(protocol)) return refuse('has a scheme that is not safe');
  if (protocol === 'http:' && !isLoopback(hostname))
    return refuse(
      'is not on https; http is only for programs on the same computer, such as http://127.0.0.1/callback',
    );
  if (protocol === 'https:' && hostname.includes('*')) return refuse('has a wildcard');
  return uri;
}

/** Whether a host name is this computer. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function isHttps(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === 'https:';
}
