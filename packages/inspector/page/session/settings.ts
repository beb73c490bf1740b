import { createStore } from '../store.ts';
import { type Credential, readKept } from './kept.ts';

export type { Credential } from './kept.ts';

/** The revision of MCP that the page speaks: 2026-07-28, or the newest before it. */
export type Era = '2026' | '2025';

/** The parameters of the page's own URL that are not the endpoint's: those of a sign-in that comes back, and the page's own. */
const ownParameters = [
  'code',
  'state',
  'iss',
  'session_state',
  'error',
  'error_description',
  'error_uri',
  'inspect',
  'app-frame',
];

/** The URL of the endpoint: where this page was opened, without what belongs to the page alone. A choice of tools stays. */
export const endpoint: URL = withoutOwn(here());

/** Where an authorization server sends the person back to: this page, without query and fragment. */
export const redirectUri: string = Object.assign(here(), { search: '' }).href;

export const era = createStore<Era>('2026');
export const credential = createStore<Credential>(readKept()?.credential ?? { kind: 'nobody' });

/** Read from the whole URL: a path such as `//evil.example/mcp`, taken by itself, would name another host. */
function here(): URL {
  return Object.assign(new URL(location.href), { hash: '', username: '', password: '' });
}

function withoutOwn(url: URL): URL {
  for (const name of ownParameters) url.searchParams.delete(name);
  return url;
}
