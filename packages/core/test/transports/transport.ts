import type { ClientKind, Elicit, TestClient } from '../clients.ts';

/** A host that serves the router of these tests. */
export type Transport =
  | { name: string; speaksHttp: true; start: () => Promise<HttpServed> }
  | { name: string; speaksHttp: false; start: () => Promise<Served> };

export interface Served extends AsyncDisposable {
  /** Connects an official client as this user, or as an anonymous one. Without `elicit`, the client cannot be asked. */
  connect: (kind: ClientKind, user?: string, elicit?: Elicit) => Promise<TestClient>;
}

export interface HttpServed extends Served {
  url: string;
  /** The global one does not speak HTTP/2 without TLS. */
  fetch: typeof fetch;
}
