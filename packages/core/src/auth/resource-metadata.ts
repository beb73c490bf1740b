import type { OAuthProtectedResourceMetadata } from '@modelcontextprotocol/server';
import { findUnknownOptions } from '../nearest.ts';
import { type DocumentReply, type RootHandler, toRootHandler } from '../root-handler.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';

/** The part of `auth` that `resourceMetadataHandler` needs. */
export interface MetadataSource {
  /** The document of RFC 9728, as `bearer` makes it. */
  metadata: OAuthProtectedResourceMetadata;
}

/** Options of `resourceMetadataHandler`. */
export interface ResourceMetadataOptions {
  /**
   * Answers at `/.well-known/oauth-protected-resource` too, where some clients look. Set it to `false` where a host has
   * several endpoints, and another one answers there. `true` by default.
   */
  atRoot?: boolean;
}

/** A handler for fetch hosts, for Node, and as Express middleware. */
export type ResourceMetadataHandler = RootHandler;

const wellKnown = '/.well-known/oauth-protected-resource';

/** The metadata's URL. It is below the endpoint, so that mounting the endpoint also mounts the metadata. */
export function metadataUrlOf(resource: string): string {
  return resource.replace(/\/$/, '') + wellKnown;
}

/**
 * Serves the protected-resource metadata at the fixed places of the origin, for clients that do not follow the challenge.
 * For the endpoint `/mcp` they are `/.well-known/oauth-protected-resource/mcp` and, as claude.ai asks,
 * `/.well-known/oauth-protected-resource`. Mount it at the root. Where a host has several endpoints, the one that is
 * mounted first answers at the second place; leave that place to another one with `{ atRoot: false }`. On Express (`app.use(…)`) it passes all other requests on; on other hosts
 * it answers them with 404. Throws a `SetupError` for an option that does not exist.
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-3.1
 */
export function resourceMetadataHandler(
  { metadata }: MetadataSource,
  options: ResourceMetadataOptions = {},
): ResourceMetadataHandler {
  const problems = checkOptions(options);
  if (problems.length > 0) throw new SetupError(problems);
  const { atRoot = true } = options;
  const serve = createMetadataReply(metadata);
  // For an endpoint at the root of its origin, both places are the same.
  const places = [rootPathOf(metadata.resource), ...(atRoot ? [wellKnown] : [])];
  return toRootHandler(({ path, method }) => (places.includes(path) ? serve(path, method) : undefined));
}

/**
 * Answers requests for the metadata, below a mount or at the root, and returns `undefined` for all others. Pages of any
 * origin may read it, because browser clients read it before they have a credential.
 */
export function createMetadataReply(
  metadata: OAuthProtectedResourceMetadata,
): (path: string, method: string) => DocumentReply | undefined {
  const atRoot = rootPathOf(metadata.resource);
  const json = JSON.stringify(metadata);
  const anyOrigin = { 'access-control-allow-origin': '*' };
  return (path, method) => {
    if (!path.endsWith(wellKnown) && path !== atRoot) return undefined;
    if (method === 'OPTIONS') {
      const headers = {
        ...anyOrigin,
        'access-control-allow-methods': methods,
        'access-control-allow-headers': '*',
      };
      return { status: 204, headers, body: undefined };
    }
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, headers: { ...anyOrigin, allow: methods }, body: undefined };
    }
    const headers = {
      ...anyOrigin,
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
    };
    return { status: 200, headers, body: method === 'GET' ? json : undefined };
  };
}

function checkOptions(options: ResourceMetadataOptions): SetupProblem[] {
  const problems: SetupProblem[] = findUnknownOptions([['resourceMetadataHandler.', options, optionKeys]]);
  const { atRoot } = options as { atRoot?: unknown };
  if (atRoot === undefined || typeof atRoot === 'boolean') return problems;
  const message = 'it has to be true or false';
  return [...problems, { code: 'OPTION_INVALID', path: 'resourceMetadataHandler.atRoot', message }];
}

const optionKeys = { atRoot: true } satisfies Record<keyof ResourceMetadataOptions, true>;

const methods = 'GET, HEAD, OPTIONS';

/** The path of a resource stands after the well-known one. */
function rootPathOf(resource: string): string {
  const { pathname } = new URL(resource);
  return wellKnown + pathname.replace(/\/$/, '');
}
