import type { McpAuthInfo } from '../meta.ts';
import type { CredentialPlaces } from './credential.ts';

type ByRequest = (request: Request) => unknown;
type ByPlaces = (places: CredentialPlaces) => Promise<McpAuthInfo | undefined>;

const known = new WeakMap<ByRequest, ByPlaces>();

/** Says that a way to authenticate reads no more of a request than these places, so that no `Request` is made for it. */
export function readsOnly(way: ByRequest, byPlaces: ByPlaces): void {
  known.set(way, byPlaces);
}

export function byPlacesOf(way: ByRequest): ByPlaces | undefined {
  return known.get(way);
}
