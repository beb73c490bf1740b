import { createStore, useStore } from './store.ts';

/**
 * What the page shows, as the fragment of its URL has it: `#/tools/customers_search?args={…}`. Servers never see a fragment,
 * so that arguments do not end in the log of a proxy.
 */
export interface Route {
  /** The parts of the path, decoded: `['tools', 'customers_search']`. */
  path: readonly string[];
  query: URLSearchParams;
}

const route = createStore(readRoute());
addEventListener('hashchange', () => route.set(readRoute()));

export function useRoute(): Route {
  return useStore(route);
}

/** Writes the fragment of a route, for `href`. */
export function toHash(path: readonly string[], query?: Record<string, string>): string {
  const params = new URLSearchParams(query).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${params && `?${params}`}`;
}

/** Puts a route in the place of the one that is shown, without a new entry in the browser's history. */
export function replaceRoute(path: readonly string[], query?: Record<string, string>): void {
  history.replaceState(undefined, '', toHash(path, query));
  route.set(readRoute());
}

function readRoute(): Route {
  const [path = '', query] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** A link that somebody has cut short is still a link. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
