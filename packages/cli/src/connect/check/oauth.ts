import { isLoopback } from '../endpoint.ts';
import { type DemandId, type Finding, missing, ok, warning } from './finding.ts';
import { type JsonDocument, requestJson } from './request.ts';

/** What the challenge of a 401 says. */
export interface Challenge {
  header: string | null;
  metadataUrl: string | undefined;
}

export interface OAuthReport {
  /** False if there is no sign of OAuth: the endpoint takes tokens that people have from elsewhere. */
  isOffered: boolean;
  findings: Finding[];
}

export function readChallenge(headers: Headers): Challenge {
  const header = headers.get('www-authenticate');
  const found = /resource_metadata="?([^",\s]+)"?/i.exec(header ?? '')?.[1];
  return { header, metadataUrl: found };
}

/** Follows the metadata from the challenge to the authorization server, as a client does. */
export async function checkOAuth(url: string, challenge: Challenge): Promise<OAuthReport> {
  const { origin, pathname } = new URL(url);
  const wellKnown = `${origin}/.well-known/oauth-protected-resource`;
  const path = pathname === '/' ? '' : pathname;
  const places = { path: wellKnown + path, root: wellKnown };
  const named = challenge.metadataUrl;
  const isAbsolute = named !== undefined && /^https?:/i.test(named) && URL.canParse(named);
  const [byChallenge, byPath, byRoot] = await Promise.all([
    isAbsolute ? requestJson(named) : undefined,
    requestJson(places.path),
    path === '' ? undefined : requestJson(places.root),
  ]);
  const root = path === '' ? byPath : byRoot;
  const metadata = (byChallenge ?? byPath ?? root)?.value;
  const isOffered = named !== undefined || metadata !== undefined;
  const fixServe = 'serve resourceMetadataHandler(oauth) at';
  const findings: Finding[] = [judgeChallenge(challenge, isAbsolute, byChallenge)];
  findings.push(
    byPath
      ? (judgeType('metadata', byPath) ?? ok('metadata', `They are at ${places.path}.`))
      : missing('metadata', `There are no metadata at ${places.path}.`, `${fixServe} ${places.path}`),
    judgeRoot(places, byPath, root),
    judgeResource(url, metadata),
    ...(await checkIssuer(metadata)),
  );
  return { isOffered, findings };
}

function judgeChallenge(
  challenge: Challenge,
  isAbsolute: boolean,
  metadata: JsonDocument | undefined,
): Finding {
  const { header, metadataUrl } = challenge;
  const fix =
    'use bearer({ … }) as the option auth, or add resource_metadata to the challenge, as an absolute URL';
  if (header === null) return missing('sign-in', 'The 401 has no header WWW-Authenticate.', fix);
  if (metadataUrl === undefined) return missing('sign-in', 'WWW-Authenticate has no resource_metadata.', fix);
  if (!isAbsolute)
    return missing('sign-in', `resource_metadata is not an absolute URL: ${metadataUrl}.`, fix);
  if (!metadata) {
    return missing(
      'sign-in',
      `There are no metadata at ${metadataUrl}, which the challenge names.`,
      `serve resourceMetadataHandler(oauth) at ${metadataUrl}`,
    );
  }
  return judgeType('sign-in', metadata) ?? ok('sign-in', `401 names ${metadataUrl}.`);
}

/** RFC 9728 and RFC 8414 want a content type, without which strict clients do not read a document. */
function judgeType(demand: DemandId, { url, type, isJson }: JsonDocument): Finding | undefined {
  if (isJson) return undefined;
  return warning(
    demand,
    `The metadata at ${url} are JSON, but their content type is ${type}.`,
    'answer with the content type application/json',
  );
}

/** Clients that look at the root look at the place with the path too. */
function judgeRoot(
  places: { path: string; root: string },
  byPath: object | undefined,
  root: JsonDocument | undefined,
): Finding {
  if (root) return judgeType('root', root) ?? ok('root', `They are at ${places.root}.`);
  const detail = `There are no metadata at ${places.root}.`;
  if (byPath) return warning('root', detail, `serve resourceMetadataHandler(oauth) at ${places.root} too`);
  return missing(
    'root',
    detail,
    `serve resourceMetadataHandler(oauth) at ${places.root} and at ${places.path}`,
  );
}

function judgeResource(url: string, metadata: Record<string, unknown> | undefined): Finding {
  const fix = `set resource to ${withoutQuery(url)}`;
  const resource = metadata?.['resource'];
  if (typeof resource !== 'string' || !URL.canParse(resource))
    return missing('resource', 'The metadata have no resource.', fix);
  if (new URL(resource).href === url || withoutQuery(resource) === withoutQuery(url)) {
    return ok('resource', `It is ${resource}.`);
  }
  const isParent = withoutQuery(url).startsWith(`${withoutQuery(resource).replace(/\/$/, '')}/`);
  if (isParent)
    return warning(
      'resource',
      `It is ${resource}, of which the endpoint is a part; claude.ai wants the same.`,
      fix,
    );
  return missing('resource', `It is ${resource}, not the URL of the endpoint.`, fix);
}

/** The metadata of the authorization server: where they are, and what they say about clients. */
async function checkIssuer(metadata: Record<string, unknown> | undefined): Promise<Finding[]> {
  const servers = metadata?.['authorization_servers'];
  const issuer = Array.isArray(servers)
    ? (servers.find((one) => typeof one === 'string' && URL.canParse(one)) as string)
    : undefined;
  const unknown = 'The metadata of the authorization server are not known.';
  const later = 'make its metadata known first';
  if (issuer === undefined) {
    return [
      missing('issuer', 'The metadata name no authorization_servers.', 'set authorizationServers of bearer'),
      missing('pkce', unknown, later),
      missing('register', unknown, later),
    ];
  }
  const places = metadataPlaces(issuer);
  let found: JsonDocument | undefined;
  for (const place of places) found ??= await requestJson(place);
  if (!found) {
    return [
      missing(
        'issuer',
        `${issuer} has metadata at none of ${places.join(', ')}.`,
        'check the issuer, or serve its metadata by RFC 8414',
      ),
      missing('pkce', unknown, later),
      missing('register', unknown, later),
    ];
  }
  const { value } = found;
  const issued = judgeIssuer(issuer, value);
  return [
    issued.state === 'ok' ? (judgeType('issuer', found) ?? issued) : issued,
    judgePkce(value),
    judgeRegistration(value),
  ];
}

/** Where clients look for the metadata of an issuer, in their order. */
export function metadataPlaces(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(places)];
}

function judgeIssuer(issuer: string, found: Record<string, unknown>): Finding {
  const same = (text: unknown) => (typeof text === 'string' ? text.replace(/\/$/, '') : undefined);
  if (same(found['issuer']) !== same(issuer)) {
    return missing(
      'issuer',
      `Its metadata are those of ${String(found['issuer'])}, not of ${issuer}.`,
      'name the issuer in authorizationServers as its metadata do',
    );
  }
  for (const field of ['authorization_endpoint', 'token_endpoint']) {
    const endpoint = found[field];
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      return missing('issuer', `Its metadata have no ${field}.`, `add ${field} to them`);
    }
    const { protocol, hostname } = new URL(endpoint);
    if (protocol !== 'https:' && !isLoopback(hostname))
      return missing('issuer', `Its ${field} has no https.`, 'serve it by https');
  }
  return ok('issuer', `${issuer} has metadata.`);
}

function judgePkce(found: Record<string, unknown>): Finding {
  const methods = found['code_challenge_methods_supported'];
  if (listHas(methods, 'S256')) return ok('pkce', 'S256 is supported.');
  return missing(
    'pkce',
    'code_challenge_methods_supported does not name S256; clients then refuse to go on.',
    'switch PKCE on in the authorization server, and let its metadata say so',
  );
}

function judgeRegistration(found: Record<string, unknown>): Finding {
  if (typeof found['registration_endpoint'] === 'string')
    return ok('register', 'Clients register at registration_endpoint.');
  const fix =
    'switch dynamic client registration on, or client ID metadata documents; or give clients an id by hand';
  if (found['client_id_metadata_document_supported'] !== true) {
    return missing(
      'register',
      'There is no registration_endpoint, and no client_id_metadata_document_supported.',
      fix,
    );
  }
  if (listHas(found['token_endpoint_auth_methods_supported'], 'none')) {
    return ok('register', 'Clients are known by their metadata documents.');
  }
  return missing(
    'register',
    'token_endpoint_auth_methods_supported does not name "none", which clients with a metadata document need.',
    'add "none" to token_endpoint_auth_methods_supported',
  );
}

const listHas = (list: unknown, value: string): boolean => Array.isArray(list) && list.includes(value);

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/$/, '');
}
