import type { OAuthFacts } from './oauth.ts';
import type { Probe } from './probe.ts';

/** What the endpoint wants of who calls it. */
export type Access = 'open' | 'oauth' | 'token' | 'unknown';

/** One thing that was found out, for a person. */
export interface Sentence {
  state: 'good' | 'note' | 'bad';
  text: string;
  /** What to change. */
  fix?: string;
}

export interface Found {
  modern: Probe;
  legacy: Probe;
  oauth: OAuthFacts | undefined;
  /** The address of the endpoint. */
  url: string;
}

export function accessOf({ modern, legacy, oauth }: Found): Access {
  const outcomes = [modern, legacy].flatMap(({ connect, list, call }) => [connect, list, call]);
  if (outcomes.includes(401)) return oauth ? 'oauth' : 'token';
  return outcomes.includes('ok') ? 'open' : 'unknown';
}

/** Says what was found out about an endpoint, the most important first. */
export function toSentences(found: Found): Sentence[] {
  const access = accessOf(found);
  return [
    sayAccess(found, access),
    ...sayScopes(found),
    ...(access === 'oauth' && found.oauth ? sayOAuth(found.oauth, found.url) : []),
    sayEras(found),
  ];
}

function sayAccess(found: Found, access: Access): Sentence {
  const { modern, legacy } = found;
  const probe = modern.connect === 'other era' ? legacy : modern;
  const scope = /\bscope="([^"]+)"/i.exec(probe.challenge ?? '')?.[1];
  const withScope = scope ? ` with the ${scope.includes(' ') ? 'scopes' : 'scope'} ${scope}` : '';
  const from = found.oauth?.issuer ? ` from ${found.oauth.issuer}` : '';
  const need = access === 'oauth' ? `OAuth${withScope}${from}` : 'a credential';
  if (access === 'unknown') return sayUnknown(probe);
  if (access === 'open')
    return {
      state: 'good',
      text: 'Anybody may connect, list tools and send calls. Each procedure decides for itself whom it serves.',
    };
  const who =
    probe.list === 'ok'
      ? `Anybody may list tools. Calls need ${need}.`
      : probe.connect === 'ok'
        ? `Anybody may connect. Lists and calls need ${need}.`
        : `Every request needs ${need}.`;
  if (access === 'oauth') return { state: 'good', text: who };
  return {
    state: 'note',
    text: `${who} An “${schemeOf(probe.challenge)}” header is asked for, and there is no OAuth, so claude.ai and ChatGPT cannot connect.`,
    fix: 'Give people a token for their clients. For claude.ai and ChatGPT, make the endpoint an OAuth resource server: auth: bearer({ … }).',
  };
}

function sayUnknown({ connect }: Probe): Sentence {
  const fix = 'Look at the app’s log, and at what stands in front of the app.';
  if (connect === 403)
    return {
      state: 'bad',
      text: 'It refuses requests without a credential with 403, and does not say which it wants.',
      fix: 'Answer 401 with WWW-Authenticate to whoever has no credential; check allowedHosts and allowedOrigins.',
    };
  if (typeof connect === 'number') return { state: 'bad', text: `It answers requests with ${connect}.`, fix };
  return { state: 'bad', text: 'It does not answer as an MCP endpoint.', fix };
}

function schemeOf(challenge: string | undefined): string {
  const scheme = /^[\w-]+/.exec(challenge ?? '')?.[0] ?? 'Bearer';
  return `Authorization: ${scheme}`;
}

/** Tools say in `_meta` which scopes they want, on top of those that every request needs. */
function sayScopes({ modern, legacy }: Found): Sentence[] {
  const tools = modern.tools.length > 0 ? modern.tools : legacy.tools;
  const wanting = tools.filter((tool) => scopesOf(tool).length > 0);
  if (wanting.length === 0) return [];
  const scopes = [...new Set(wanting.flatMap(scopesOf))];
  return [
    {
      state: 'note',
      text: `${wanting.length} of the ${tools.length} listed tools want scopes of OAuth: ${scopes.join(', ')}.`,
    },
  ];
}

function scopesOf({ _meta }: Found['modern']['tools'][number]): string[] {
  const scopes: unknown = _meta?.['scopes'];
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}

function sayOAuth({ places, resource, issuer, server, isUnasked }: OAuthFacts, url: string): Sentence[] {
  const missing = places.filter(({ isThere }) => !isThere);
  const sentences: Sentence[] = missing.map(({ url: place, who }) => ({
    state: who === 'claude.ai' ? 'note' : 'bad',
    text: `${who === 'named' ? 'The 401 names metadata that are not there' : 'There are no metadata of the resource'}: ${place}.${who === 'claude.ai' ? ' claude.ai looks there too.' : ''}`,
    fix: `Serve resourceMetadataHandler(oauth) there.`,
  }));
  const plain = url.replace(/[?#].*$/, '').replace(/\/$/, '');
  if (resource?.replace(/\/$/, '') !== plain)
    sentences.push({
      state: 'bad',
      text: `The metadata are those of ${resource ?? 'no resource'}, and this page is at ${plain}. Clients refuse to go on, or get tokens that the endpoint refuses.`,
      fix: `Set resource of bearer() to the address that clients are given.`,
    });
  if (issuer === undefined)
    return [
      ...sentences,
      {
        state: 'bad',
        text: 'The metadata name no authorization server.',
        fix: 'Set authorizationServers of bearer().',
      },
    ];
  if (isUnasked)
    return [
      ...sentences,
      {
        state: 'note',
        text: `This page may not ask ${issuer}, which the metadata name and auth.metadata of the handler does not, so that its own metadata were not checked.`,
      },
    ];
  return [...sentences, ...sayServer(issuer, server)];
}

function sayServer(issuer: string, server: OAuthFacts['server']): Sentence[] {
  if (!server)
    return [
      {
        state: 'bad',
        text: `${issuer} has no metadata that this page can read.`,
        fix: `Check the issuer. If other clients can sign in, let pages of ${new URL(issuer).origin === location.origin ? 'this origin' : location.origin} read them (CORS).`,
      },
    ];
  const sentences: Sentence[] = [];
  if (server.isOtherIssuer)
    sentences.push({
      state: 'bad',
      text: `The metadata at ${issuer} name another issuer, and clients refuse to go on.`,
      fix: 'Name the issuer in authorizationServers exactly as its metadata do.',
    });
  if (!server.hasEndpoints)
    sentences.push({
      state: 'bad',
      text: 'The authorization server names no authorization_endpoint or no token_endpoint.',
      fix: 'Add them to its metadata.',
    });
  sentences.push(
    server.hasPkce
      ? { state: 'good', text: 'The authorization server takes PKCE with S256.' }
      : {
          state: 'bad',
          text: 'The authorization server does not say that it takes PKCE with S256, and clients refuse to go on.',
          fix: 'Switch PKCE on, and name S256 in code_challenge_methods_supported.',
        },
    sayRegistration(server),
  );
  if (server.unreachable.length > 0)
    sentences.push({
      state: 'note',
      text: `This page cannot sign in: it may not send requests to ${server.unreachable.join(', ')}. Other clients can.`,
      fix: 'Get a token in another way, and send it as a header here.',
    });
  return sentences;
}

function sayRegistration(server: NonNullable<OAuthFacts['server']>): Sentence {
  if (server.hasRegistration && server.hasClientDocuments)
    return {
      state: 'good',
      text: 'Clients register themselves, or are known by the document at their URL: nothing has to be set up for them.',
    };
  if (server.hasRegistration)
    return { state: 'good', text: 'Clients register themselves: nothing has to be set up for them.' };
  if (server.hasClientDocuments)
    return {
      state: 'note',
      text: 'Clients are known by the document at their URL. Those that have none, this page among them, cannot sign in.',
      fix: 'Switch dynamic client registration on as well.',
    };
  return {
    state: 'bad',
    text: 'Clients cannot register: there is no registration_endpoint, and documents of clients are not taken.',
    fix: 'Switch dynamic client registration on, or client ID metadata documents. Otherwise every client needs an id by hand.',
  };
}

function sayEras({ modern, legacy }: Found): Sentence {
  if (modern.connect === 'other era')
    return {
      state: 'note',
      text: 'It speaks MCP 2025-11-25 only. Newer clients fall back to it.',
      fix: 'Serve it with @trpc-mcp/core, which speaks both.',
    };
  if (legacy.connect === 'other era')
    return {
      state: 'note',
      text: 'It speaks MCP 2026-07-28 only. Clients that speak 2025-11-25, as most still do, cannot connect.',
      fix: 'Remove legacy: "reject" from the options of mcpHandler.',
    };
  return { state: 'good', text: 'It speaks MCP 2026-07-28, and 2025-11-25 for clients that are older.' };
}
