import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BearerAuth, resourceMetadataHandler } from '@trpc-mcp/core';
import type { Provider } from 'oidc-provider';
import { takeFrom } from './address.ts';
import { readBody, withBody } from './body.ts';
import type { OnEvent } from './event.ts';
import { readForm } from './forms.ts';
import { paths } from './provider.ts';
import { answerPreflight, anyOrigin } from './registration.ts';
import { sendError } from './reply.ts';
import type { ReturnPath } from './return-path.ts';
import type { Screen } from './screen.ts';
import { isSameUrl } from './same-url.ts';
import { scopesIn } from './scope.ts';
import type { Settings } from './settings.ts';

/**
 * Serves the paths of the authorization server: as middleware of Express, `app.use(oauth.router)`, and on any other host on
 * Node with a request and a response of Node. It passes all other requests to `next`, or answers them 404 without one.
 */
export type OAuthRouter = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

export interface RouterParts {
  provider: Provider;
  auth: BearerAuth;
  interaction: (req: IncomingMessage, res: ServerResponse, uid: string) => Promise<void>;
  connections: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  registration:
    ((req: IncomingMessage, res: ServerResponse) => Promise<IncomingMessage | undefined>) | undefined;
  returnPath: ReturnPath;
  screen: Screen;
  onEvent: OnEvent;
}

/** The longest authorization request, in characters. */
const maxQueryLength = 8192;

/** Logins that one address may begin. A whole office can have one address. */
const authorizationLimit = { points: 1000, durationMs: 600_000 };

type Request = IncomingMessage & { originalUrl?: string };

export function createRouter<TUser>(settings: Settings<TUser>, parts: RouterParts): OAuthRouter {
  const { issuer, basePath } = settings;
  const { provider, auth, interaction, connections, registration, returnPath, screen, onEvent } = parts;
  const serveMetadata = resourceMetadataHandler(auth);
  const serveProtocol = provider.callback();
  const { host, protocol } = new URL(issuer);
  const defaultScope = (settings.scopesSupported ?? Object.keys(settings.scopes)).join(' ');

  /** Gives the request to oidc-provider, with the address that the option `url` names, whatever a proxy has made of it. */
  const serve = async (req: Request, res: ServerResponse, url: string) => {
    req.url = url;
    // The difference is the path below which oidc-provider writes its URLs.
    req.originalUrl = basePath + url;
    req.headers['host'] = host;
    req.headers['x-forwarded-host'] = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    withoutSession(req);
    await serveProtocol(req, res);
  };

  const route = async (req: Request, res: ServerResponse, path: string, query: string): Promise<boolean> => {
    const wellKnown = wellKnownOf(path, basePath);
    if (wellKnown !== undefined) {
      await serve(req, res, wellKnown);
      return true;
    }
    if (!path.startsWith(`${basePath}/oauth/`)) return await returnPath.resume(req, res);
    const own = path.slice(basePath.length);
    const uid = new RegExp(`^${paths.interaction}/([\\w-]{10,60})$`).exec(own)?.[1];
    if (uid !== undefined && ['GET', 'HEAD', 'POST'].includes(req.method ?? '')) {
      await interaction(req, res, uid);
    } else if (own === paths.connections && ['GET', 'HEAD', 'POST'].includes(req.method ?? '')) {
      await connections(req, res);
    } else if (own === paths.registration && registration && req.method === 'OPTIONS') {
      answerPreflight(res);
    } else if (own === paths.registration && registration && req.method === 'POST') {
      const read = await registration(req, res);
      for (const [name, value] of Object.entries(anyOrigin)) if (read) res.setHeader(name, value);
      if (read) await serve(read, res, own);
    } else if (own === paths.authorization) {
      if (await isTooMuch(req, res, query)) return true;
      await serve(req, res, own + withDefaults(query, settings, defaultScope));
    } else if (own === paths.token && req.method === 'POST') {
      const read = await readTokenRequest(req, res);
      if (read) await serve(read, res, own + query);
    } else {
      await serve(await unread(req), res, own + query);
    }
    return true;
  };

  /** Refuses a foreign resource before oidc-provider has used up the code or the refresh token for it. */
  const readTokenRequest = async (req: Request, res: ServerResponse): Promise<Request | undefined> => {
    const fields = await readForm(req, 65_536);
    if (!fields) return await unread(req);
    const { resource } = settings;
    if (fields.getAll('resource').some((each) => !isSameUrl(each, resource))) {
      const message = `tokens are for ${resource} only`;
      const clientId = fields.get('client_id') ?? undefined;
      onEvent({ type: 'token', refused: true, message, error: 'invalid_target', clientId });
      sendError(res, 400, 'invalid_target', message, anyOrigin);
      return undefined;
    }
    respell(fields, resource);
    return withBody(req, fields.toString());
  };

  /** Bounds what is kept for people who have not signed in yet. */
  const isTooMuch = async (req: Request, res: ServerResponse, query: string): Promise<boolean> => {
    const address = settings.addressOf(req);
    const refuse = async (status: number, message: string) => {
      onEvent({ type: 'authorization', refused: true, message, address });
      screen.send(res, status, await screen.message(message));
      return true;
    };
    if (query.length > maxQueryLength)
      return await refuse(414, `The request is longer than ${maxQueryLength} characters.`);
    const waitMs = await takeFrom(settings.store, 'authorizations', address, authorizationLimit);
    if (waitMs === 0) return false;
    res.setHeader('retry-after', Math.ceil(waitMs / 1000));
    return await refuse(429, 'Too many logins were begun from this address. Try again later.');
  };

  const fail = async (req: Request, res: ServerResponse, thrown: unknown) => {
    const { status, message } = explain(thrown);
    // A client that hung up is no failure of the server.
    const isTold = req.destroyed || (thrown as Error).name === 'StoreUnavailable';
    if (status >= 500 && !isTold)
      onEvent({ type: 'failure', refused: false, message: String(thrown), cause: thrown });
    if (res.headersSent) {
      res.destroy();
    } else if (req.headers.accept?.includes('text/html')) {
      screen.send(res, status, await screen.message(message));
    } else {
      sendError(res, status, status >= 500 ? 'temporarily_unavailable' : 'invalid_request', message);
    }
  };

  return (req: Request, res, next) => {
    const [path = '', ...search] = (req.originalUrl ?? req.url ?? '/').split('?');
    const query = search.length > 0 ? `?${search.join('?')}` : '';
    const isOwn = path.startsWith(`${basePath}/oauth/`) || wellKnownOf(path, basePath) !== undefined;
    if (!isOwn && !returnPath.isWaiting(req)) {
      serveMetadata(req, res, next);
      return;
    }
    route(req, res, path, query)
      .then((isServed) => {
        if (!isServed) serveMetadata(req, res, next);
      })
      .catch((thrown: unknown) => fail(req, res, thrown))
      .catch(() => res.destroy());
  };
}

/** The path at which oidc-provider serves its metadata, for each place where clients look for them. */
function wellKnownOf(path: string, basePath: string): string | undefined {
  const known = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
  return known.find((each) => path === each + basePath || path === basePath + each);
}

/** A client that names no scope of the app gets those that clients usually ask for. */
function withDefaults(
  query: string,
  { scopes, resource }: { scopes: object; resource: string },
  defaultScope: string,
): string {
  const params = new URLSearchParams(query);
  const asked = scopesIn(params.get('scope'));
  const isNamed = asked.some((scope) => Object.hasOwn(scopes, scope));
  if (!isNamed) params.set('scope', [...asked, defaultScope].join(' '));
  const isRespelled = respell(params, resource);
  return isNamed && !isRespelled ? query : `?${params.toString()}`;
}

/** Writes the resource in one way, because a client may write it with a slash at the end in one request, and without in another. */
function respell(params: URLSearchParams, resource: string): boolean {
  const named = params.getAll('resource');
  if (!named.some((each) => each !== resource && isSameUrl(each, resource))) return false;
  params.delete('resource');
  for (const each of named) params.append('resource', isSameUrl(each, resource) ? resource : each);
  return true;
}

/** oidc-provider says in the log that it does not want a body that was parsed, and takes it all the same. */
async function unread(req: Request): Promise<Request> {
  const isParsed = req.method === 'POST' && req.readableEnded && 'body' in req;
  return isParsed ? withBody(req, await readBody(req, 65_536)) : req;
}

/** The app says who is signed in, for each login anew, so that a session here could only be out of date. */
function withoutSession({ headers }: IncomingMessage): void {
  if (headers.cookie === undefined) return;
  const kept = headers.cookie.split(/; */).filter((pair) => !/^oauth_session(?:\.sig)?=/.test(pair));
  headers.cookie = kept.join('; ');
}

function explain(thrown: unknown): { status: number; message: string } {
  const { name, statusCode } = thrown as { name?: string; statusCode?: number };
  if (name === 'SessionNotFound') {
    const message =
      'This login has been finished or given up, it has taken too long, or it was begun in another browser. Go back to where you came from, and begin again.';
    return { status: 400, message };
  }
  if (statusCode !== undefined && statusCode < 500)
    return { status: statusCode, message: 'Go back to where you came from, and begin again.' };
  return { status: 503, message: 'Something is wrong at the moment. Try again later.' };
}
