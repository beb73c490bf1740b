import { createStore } from '../store.ts';
import { redirectUri } from './settings.ts';

/** What an authorization server sent a browser back with: `code`, `state` and `iss`, or `error`. */
export type Returned = URLSearchParams;

/** How the window is doing that came back from an authorization server. */
export type Arrival = 'handing-over' | 'taken' | 'nobody-waits' | 'no-state';

/** `undefined` if this window is no such window, but the inspector itself. */
export const arrival = createStore<Arrival | undefined>(undefined);

const parameters = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/**
 * Takes what an authorization server put into the URL of this page, removes it from there, and hands it to the page that waits for
 * it. The name of the channel has the unguessable `state` in it, so that a link that somebody made up reaches nobody. Returns false
 * if there is nothing to hand over.
 */
export function handOver(): boolean {
  const url = new URL(location.href);
  const { searchParams } = url;
  if (!searchParams.has('code') && !searchParams.has('error') && !searchParams.has('state')) return false;
  const returned = parameters.flatMap((name): [string, string][] => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  const state = searchParams.get('state');
  history.replaceState(undefined, '', redirectUri);
  if (!state) {
    arrival.set('no-state');
    return true;
  }
  arrival.set('handing-over');
  const channel = openChannel(state);
  const timer = setTimeout(() => {
    arrival.set('nobody-waits');
    channel.close();
  }, 3000);
  channel.addEventListener('message', ({ data }) => {
    if (data !== taken) return;
    clearTimeout(timer);
    arrival.set('taken');
    channel.close();
    // Works where the browser still knows that a script has opened this window.
    close();
  });
  post(channel, returned);
  return true;
}

/** Waits for the window that comes back with this `state`. Rejects with the reason of the signal when it is aborted. */
export function waitForReturn(state: string, signal: AbortSignal): Promise<Returned> {
  return new Promise((resolve, reject) => {
    const channel = openChannel(state);
    channel.addEventListener('message', ({ data }) => {
      const returned = toReturned(data);
      if (returned?.get('state') !== state) return;
      post(channel, taken);
      resolve(returned);
      // The message above is delivered though the channel is closed.
      channel.close();
    });
    signal.addEventListener(
      'abort',
      () => {
        channel.close();
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}

/** Opens an empty window. It has to be called in the turn of a click, because browsers block other windows. */
export function openPopup(): Window | undefined {
  const popup = open('about:blank', 'trpc-mcp-sign-in', 'popup,width=520,height=720') ?? undefined;
  try {
    if (popup) popup.document.body.textContent = 'Looking for the authorization server…';
  } catch {
    // It is the window of a sign-in that was given up, and still shows another origin.
  }
  return popup;
}

/** Sends a window to a URL. Returns false if it was closed. */
export function showIn(popup: Window, url: URL): boolean {
  if (popup.closed) return false;
  popup.location.replace(url.href);
  return true;
}

const taken = 'taken';

function openChannel(state: string): BroadcastChannel {
  return new BroadcastChannel(`trpc-mcp sign-in ${state}`);
}

function post(channel: BroadcastChannel, message: unknown): void {
  // A channel has no target: only pages of this origin are on it.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel.postMessage(message);
}

function toReturned(data: unknown): Returned | undefined {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
  return Array.isArray(data) && data.every(isPair)
    ? new URLSearchParams(data as [string, string][])
    : undefined;
}
