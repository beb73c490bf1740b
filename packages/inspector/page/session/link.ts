import { createStore } from '../store.ts';
import { type Credential, endpoint } from './settings.ts';

/** Why a credential of a link was not taken, or the name of the header that it set. */
export type LinkOutcome = { kind: 'taken'; header: string } | { kind: 'refused'; problem: string };

/** What the link that opened this page did. `undefined` if it did nothing. */
export const linkOutcome = createStore<LinkOutcome | undefined>(undefined);

/**
 * Takes the credential of a link, `#/connect?header=Authorization&value=Bearer%20…`, and removes it from the URL at once, so that
 * neither the history of the browser nor a copied address has it. Returns `undefined` if there is none.
 */
export function takeLink(): Credential | undefined {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  const name = params.get('header');
  const value = params.get('value');
  if (name === null || value === null) return undefined;
  history.replaceState(undefined, '', `${endpoint.href}#/${path || 'connect'}`);
  const problem = findHeaderProblem(name, value);
  linkOutcome.set(
    problem === undefined
      ? { kind: 'taken', header: name }
      : { kind: 'refused', problem: `The link has a credential that cannot be used. ${problem}` },
  );
  return problem === undefined ? { kind: 'header', name, value } : undefined;
}

/** Says why a browser cannot send a header. Returns `undefined` if it can. */
export function findHeaderProblem(name: string, value: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    return 'A header’s name has letters, digits and hyphens only, such as X-Api-Key.';
  if (/^cookie2?$/i.test(name))
    return 'A page may not set cookies for a request. Sign in to the app in this browser, and choose “The app’s own cookie”.';
  if (forbidden.test(name)) return `Browsers do not let a page send the header ${name}.`;
  if (/^(?:accept|content-type|mcp-.+|last-event-id)$/i.test(name))
    return `The header ${name} is part of MCP, and this page sets it itself.`;
  if (value.trim() === '') return 'The value is empty.';
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    return 'The value has characters that a header cannot have, such as line breaks.';
  return undefined;
}

/** @see https://fetch.spec.whatwg.org/#forbidden-request-header */
const forbidden =
  /^(?:accept-charset|accept-encoding|access-control-request-.*|connection|content-length|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;
