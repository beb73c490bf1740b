/** What was found out about one demand on an endpoint. */
export interface Finding {
  demand: DemandId;
  state: 'ok' | 'missing' | 'warning' | 'not needed';
  detail: string;
  /** What to do, unless the state is `ok` or `not needed`. */
  fix?: string;
}

export type DemandId = keyof typeof demands;

/** What clients want of an endpoint, in the order in which it is looked at. */
export const demands = {
  answers: 'The endpoint can be reached, and answers a POST with JSON-RPC.',
  mcp: 'The official client connects and lists the tools.',
  https: 'The URL has https, or is on this machine.',
  internet: 'The host can be reached from the internet.',
  'sign-in': 'A request without credentials gets 401 and a challenge with an absolute resource_metadata.',
  metadata: 'The protected-resource metadata are at the place with the path in it.',
  root: 'The protected-resource metadata are at the root too.',
  resource: 'The resource of these metadata is the URL of the endpoint.',
  issuer: 'The authorization server has metadata, by RFC 8414 or OpenID Connect, of the same issuer.',
  pkce: 'The authorization server takes PKCE with S256.',
  register:
    'Clients can register: registration_endpoint, or client_id_metadata_document_supported with "none".',
} as const;

export const demandIds: readonly DemandId[] = Object.keys(demands) as DemandId[];

export const ok = (demand: DemandId, detail: string): Finding => ({ demand, state: 'ok', detail });

export const missing = (demand: DemandId, detail: string, fix: string): Finding => ({
  demand,
  state: 'missing',
  detail,
  fix,
});

export const warning = (demand: DemandId, detail: string, fix: string): Finding => ({
  demand,
  state: 'warning',
  detail,
  fix,
});

export const notNeeded = (demand: DemandId, detail: string): Finding => ({
  demand,
  state: 'not needed',
  detail,
});
