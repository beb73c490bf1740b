import {
  InsufficientScopeError,
  IssuerMismatchError,
  OAuthError,
  ProtocolError,
  RegistrationRejectedError,
  SdkErrorCode,
  SdkError,
  SdkHttpError,
  UnauthorizedError,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/client';
import { bodyOf, refusesRevision } from './http-error.ts';
import type { Credential, Era } from './settings.ts';
import { ScopesNotGranted, SignInCancelled, SignInReplaced } from './sign-in.ts';
import { RequestFailure } from './wire.ts';

/** Why something failed, for a person: what happened, what to do, and the button that does it. */
export interface Failure {
  what: string;
  fix: string;
  action: 'sign-in' | 'other-era' | 'retry';
}

/** Words an error of the connection, or of anything that `attempt` did, calls of tools included. */
export function explainFailure(error: unknown, caller: { credential: Credential; era: Era }): Failure {
  if (error instanceof RequestFailure) return explainNoResponse(error);
  if (error instanceof SignInCancelled)
    return { what: error.message, fix: 'Sign in again, or choose another way.', action: 'sign-in' };
  if (error instanceof SignInReplaced)
    return { what: error.message, fix: 'Finish the other sign-in, then try again.', action: 'retry' };
  if (error instanceof ScopesNotGranted)
    return {
      what: error.message,
      fix: 'Sign in as somebody who is, or ask for the right.',
      action: 'sign-in',
    };
  if (error instanceof InsufficientScopeError) return explainScope(error);
  if (error instanceof UnsupportedProtocolVersionError || isEraRefused(error)) return refusesEra(caller.era);
  if (error instanceof UnauthorizedError) return explainStatus(401, '', caller.credential);
  if (error instanceof SdkHttpError && error.status !== undefined)
    return explainStatus(error.status, wordsOf(bodyOf(error)), caller.credential);
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return {
      what: 'The endpoint did not answer in time.',
      fix: 'Try again. If it stays like this, look at the app’s log: a request may wait for a database or for another service.',
      action: 'retry',
    };
  if (error instanceof ProtocolError) return explainProtocol(error);
  if (error instanceof IssuerMismatchError)
    return {
      what: `The authorization server is not the one that was expected: ${error.message}`,
      fix: 'Name the issuer in authorizationServers as its own metadata do, with or without the slash at the end.',
      action: 'sign-in',
    };
  if (error instanceof RegistrationRejectedError || /registration/i.test(messageOf(error)))
    return {
      what: `The authorization server did not register this page as a client: ${messageOf(error)}`,
      fix: 'Switch dynamic client registration on there, or get a token in another way, and send it as a header.',
      action: 'sign-in',
    };
  if (error instanceof OAuthError)
    return error.code === 'access_denied'
      ? {
          what: 'The sign-in was refused or cancelled there.',
          fix: 'Sign in again, and allow it.',
          action: 'sign-in',
        }
      : {
          what: `The authorization server answers ${error.code}: ${error.message}`,
          fix: 'Sign in again. If it stays like this, look at its log, or send a token as a header.',
          action: 'sign-in',
        };
  return { what: messageOf(error), fix: 'Try again, and look at the app’s log.', action: 'retry' };
}

function explainNoResponse({ url, isForbidden }: RequestFailure): Failure {
  if (isForbidden)
    return {
      what: `This page may send requests to its own host and to the authorization servers that the endpoint names, and ${url.origin} is neither. The sign-in needs ${url.origin}${url.pathname}.`,
      fix: `If the metadata of the endpoint name the wrong server, correct authorizationServers of bearer(). If the authorization server has its token endpoint on a host of its own, this page cannot sign in there: get a token in another way, and send it as the header Authorization. Other clients are not affected.`,
      action: 'sign-in',
    };
  if (url.origin !== location.origin)
    return {
      what: `${url.origin} did not answer, or does not let a page of ${location.origin} read its answer (CORS).`,
      fix: `In the settings of the authorization server, allow the origin ${location.origin}: it is called “web origins”, “allowed origins” or “single-page application”. Or get a token in another way, and send it as the header Authorization.`,
      action: 'sign-in',
    };
  return {
    what: 'The endpoint cannot be reached: there was no response.',
    fix: 'See whether the app is running and your network works, then try again. A call may have been carried out all the same.',
    action: 'retry',
  };
}

/** An error of JSON-RPC. The client makes some itself, of an answer that is not what the tool promises. */
function explainProtocol({ code, message, data }: ProtocolError): Failure {
  const details = data === undefined ? '' : ` ${JSON.stringify(data).slice(0, 2000)}`;
  return {
    what: `Protocol error ${code}: ${message}${details}`,
    fix:
      code === -32602
        ? 'What was asked for may be gone, or be hidden from this caller: read the list again.'
        : 'Try again, and look at the app’s log.',
    action: 'retry',
  };
}

function explainScope({ requiredScope, errorDescription }: InsufficientScopeError): Failure {
  const scopes = requiredScope ? `: ${requiredScope}` : '';
  return {
    what: `This credential does not have the scopes that are needed${scopes}.${errorDescription ? ` The endpoint says: ${errorDescription}` : ''}`,
    fix: 'Sign in with OAuth, where you can allow more, or send a credential that has them.',
    action: 'sign-in',
  };
}

function explainStatus(status: number, words: string, credential: Credential): Failure {
  const says = words && ` It says: ${words}`;
  if (status === 401) return { ...explainUnknown(credential, says), action: 'sign-in' };
  if (status === 403)
    return {
      what: `The endpoint refuses this caller (403).${says}`,
      fix: 'Sign in as somebody who may use it. If it refuses everybody, check allowedHosts and allowedOrigins of mcpHandler, and what stands in front of the app.',
      action: 'sign-in',
    };
  if (status === 404 || status === 405)
    return {
      what: `There is no MCP endpoint here: a POST gets ${status}.${says}`,
      fix: 'Open the path at which mcpHandler is mounted, for all methods.',
      action: 'retry',
    };
  if (status === 429)
    return {
      what: `The endpoint got too many requests (429).${says}`,
      fix: 'Wait, and try again.',
      action: 'retry',
    };
  return {
    what: `The endpoint answers ${status}.${says}`,
    fix: status >= 500 ? 'Look at the app’s log, then try again.' : 'Try again.',
    action: 'retry',
  };
}

function explainUnknown(credential: Credential, says: string): Pick<Failure, 'what' | 'fix'> {
  switch (credential.kind) {
    case 'header':
      return {
        what: `The endpoint does not accept the header ${credential.name} that you sent (401).${says}`,
        fix: 'See whether the whole value was copied, with “Bearer ” in front of a token, and whether it has expired.',
      };
    case 'cookie':
      return {
        what: `The endpoint does not know you by the cookies of this browser (401).${says}`,
        fix: 'Sign in to the app in another tab, then try again. If you are signed in there, the endpoint may not read cookies, or they may be for another path.',
      };
    case 'oauth':
      return {
        what: `The endpoint does not accept the token of your sign-in (401).${says}`,
        fix: 'Sign in again. If it stays like this, the endpoint may expect another audience: look at the app’s log.',
      };
    default:
      return { what: `The endpoint asks who you are (401).${says}`, fix: 'Choose how to sign in.' };
  }
}

function refusesEra(era: Era): Failure {
  return era === '2026'
    ? {
        what: 'The endpoint does not speak MCP 2026-07-28.',
        fix: 'Switch this page to 2025-11-25, which older servers speak.',
        action: 'other-era',
      }
    : {
        what: 'The endpoint does not speak MCP 2025-11-25: it takes the revision 2026-07-28 only (legacy: "reject").',
        fix: 'Switch this page to 2026-07-28.',
        action: 'other-era',
      };
}

/** A client of one revision learns in several ways that the other is spoken. */
function isEraRefused(error: unknown): boolean {
  if (!(error instanceof SdkError)) return false;
  if (error instanceof SdkHttpError) return refusesRevision(error);
  return error.code === SdkErrorCode.EraNegotiationFailed;
}

/** The sentence in an error's body, if it has one. */
function wordsOf(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: { message?: unknown }; message?: unknown };
    const words = error?.message ?? message;
    return typeof words === 'string' ? words.slice(0, 500) : '';
  } catch {
    return /^\s*</.test(text) ? '' : text.slice(0, 200);
  }
}

/** The message of an error, without a web page that it may quote. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/[:\s]*<(?:!doctype|html)[\s\S]*$/i, '')
    .slice(0, 500);
