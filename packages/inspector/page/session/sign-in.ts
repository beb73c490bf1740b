import { createStore } from '../store.ts';
import { readKept, type SignInData, writeKept } from './kept.ts';
import { PageOAuthClient } from './oauth-client.ts';
import { openPopup, type Returned, showIn, waitForReturn } from './popup.ts';
import { credential } from './settings.ts';
import { recordingFetch } from './wire.ts';

/** A sign-in that waits for the person. */
export interface PendingSignIn {
  url: URL;
  scopes: readonly string[];
  /** False if the browser let no window be opened, so that the person has to click once more. */
  isShown: boolean;
  /** True if somebody is signed in already, and a call wants more. */
  isMore: boolean;
}

/** The sign-in that waits, shown as a dialog. */
export const pendingSignIn = createStore<PendingSignIn | undefined>(undefined);

/** What is known of who signed in with OAuth. `undefined` if nobody has. */
export const signedIn = createStore<{ scopes: readonly string[]; issuer: string | undefined } | undefined>(
  undefined,
);

/** Whether the credential is kept until the tab is closed. */
export const keepsCredential = createStore(readKept() !== undefined);

/** The person has closed the dialog of a sign-in. */
export class SignInCancelled extends Error {
  constructor() {
    super('You cancelled the sign-in.');
  }
}

/** Another request wants more scopes, so that its sign-in took the place of one that was waiting. */
export class SignInReplaced extends Error {
  constructor() {
    super('This request waited for a sign-in, and another one took its place, which asks for more scopes.');
  }
}

/** The person has signed in, and the authorization server did not give what a call wants. */
export class ScopesNotGranted extends Error {
  constructor(wanted: readonly string[]) {
    const given = signedIn.get()?.scopes ?? [];
    const missing = wanted.filter((scope) => !given.includes(scope) && scope !== 'offline_access');
    super(
      missing.length > 0
        ? `You signed in, but the authorization server did not give ${missing.join(', ')}. Your account may not be allowed to have it.`
        : 'You signed in, but the endpoint still refuses. Your account may not be allowed to do this.',
    );
  }
}

/** What the official client signs in with. */
export const oauthClient = new PageOAuthClient(readKept()?.oauth ?? {}, {
  onChange: noteChange,
  onRedirect: startPending,
});
noteChange();

let popup: Window | undefined;
let giveUp: AbortController | undefined;
let redeem: (returned: Returned) => Promise<void> = () => Promise.resolve();
let finishing: Promise<void> | undefined;

/** Says how the code is redeemed with which the person comes back. */
export function finishWith(finish: (returned: Returned) => Promise<void>): void {
  redeem = finish;
}

/** Resolves when the person is signed in, and rejects if they cancel or are refused. `undefined` if nobody has to sign in. */
export const waitForSignIn = (): Promise<void> | undefined => finishing;

/** Opens the window of a sign-in. Call it in the turn of the click that asks for it. */
export function prepareWindow(): void {
  popup = openPopup();
}

/** Closes the window that was opened for a sign-in that is over, or does not come about. */
export function dropWindow(): void {
  popup?.close();
  popup = undefined;
}

/** Shows the authorization server in a window, from a click on the dialog. */
export function showPending(): void {
  const pending = pendingSignIn.get();
  if (!pending) return;
  popup = openPopup();
  pendingSignIn.set({ ...pending, isShown: popup !== undefined && showIn(popup, pending.url) });
}

/** Gives the sign-in up that waits for the person. */
export function abandonSignIn(): void {
  giveUp?.abort(new SignInCancelled());
}

/** Keeps the credential until the tab is closed, or only in the memory of this page. Returns false if the browser refuses. */
export function keepCredential(keeps: boolean): boolean {
  const isDone = writeKept(keeps ? { credential: credential.get(), oauth: oauthClient.data } : undefined);
  keepsCredential.set(keeps && isDone);
  return isDone;
}
credential.subscribe(() => {
  if (keepsCredential.get()) keepCredential(true);
});

/** Forgets the tokens, and asks the authorization server to revoke them where it can. */
export async function forgetTokens(): Promise<void> {
  const { client, tokens, discovery } = oauthClient.data;
  oauthClient.data = {};
  noteChange();
  const metadata = discovery?.authorizationServerMetadata;
  const place = metadata && 'revocation_endpoint' in metadata ? metadata.revocation_endpoint : undefined;
  if (typeof place !== 'string' || !client || !tokens) return;
  const token = tokens.refresh_token ?? tokens.access_token;
  const body = new URLSearchParams({ token, client_id: client.client_id });
  await recordingFetch(place, { method: 'POST', body, credentials: 'omit' }).catch(() => undefined);
}

function startPending(url: URL): void {
  const scopes = scopesIn(url.searchParams.get('scope'));
  const current = pendingSignIn.get();
  // Another call asks for the same while the person is on the way.
  if (current && scopes.every((scope) => current.scopes.includes(scope))) return;
  const isSafe = url.protocol === 'https:' || /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (!isSafe) throw new Error(`The authorization server’s page has no https: ${url.origin}`);
  oauthClient.useVerifierOf(url);
  giveUp?.abort(new SignInReplaced());
  giveUp = new AbortController();
  const done = waitForReturn(url.searchParams.get('state') ?? '', giveUp.signal)
    .then((returned) => redeem(returned))
    .finally(() => {
      if (finishing !== done) return;
      finishing = undefined;
      pendingSignIn.set(undefined);
      dropWindow();
    });
  finishing = done;
  // It may end before anybody waits for it.
  done.catch(() => undefined);
  const isMore = oauthClient.data.tokens !== undefined;
  pendingSignIn.set({ url, scopes, isShown: popup !== undefined && showIn(popup, url), isMore });
}

function noteChange(): void {
  const { tokens, discovery }: SignInData = oauthClient.data;
  signedIn.set(tokens && { scopes: scopesIn(tokens.scope), issuer: discovery?.authorizationServerUrl });
  if (keepsCredential.get()) keepCredential(true);
}

function scopesIn(scope: string | null | undefined): string[] {
  return scope?.split(' ').filter(Boolean) ?? [];
}
