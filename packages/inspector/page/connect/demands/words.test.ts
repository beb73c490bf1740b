import { expect, test } from 'vitest';
import type { OAuthFacts, ServerFacts } from './oauth.ts';
import type { Probe } from './probe.ts';
import { accessOf, type Found, toSentences } from './words.ts';

const open: Probe = { connect: 'ok', list: 'ok', call: 'ok', tools: [], challenge: undefined };
const refused: Probe = {
  connect: 401,
  list: undefined,
  call: undefined,
  tools: [],
  challenge: 'Bearer resource_metadata="https://acme.example/x", scope="read"',
};
const server: ServerFacts = {
  hasEndpoints: true,
  hasRegistration: true,
  hasClientDocuments: false,
  hasPkce: true,
  isOtherIssuer: false,
  unreachable: [],
};
const oauth: OAuthFacts = {
  places: [],
  resource: 'https://acme.example/mcp',
  issuer: 'https://login.example',
  server,
  isUnasked: false,
};

function read(found: Partial<Found>) {
  const whole: Found = {
    modern: open,
    legacy: open,
    oauth: undefined,
    url: 'https://acme.example/mcp',
    ...found,
  };
  return {
    access: accessOf(whole),
    lines: toSentences(whole).map(({ state, text }) => `${state}: ${text}`),
  };
}

const bothEras = 'good: It speaks MCP 2026-07-28, and 2025-11-25 for clients that are older.';

test('an endpoint that lets everybody in is open', () => {
  expect(read({})).toEqual({
    access: 'open',
    lines: [
      'good: Anybody may connect, list tools and send calls. Each procedure decides for itself whom it serves.',
      bothEras,
    ],
  });
});

test('lists may be open where calls are not', () => {
  const half: Probe = { ...open, call: 401, challenge: refused.challenge };
  expect(read({ modern: half, legacy: half, oauth })).toEqual({
    access: 'oauth',
    lines: [
      'good: Anybody may list tools. Calls need OAuth with the scope read from https://login.example.',
      'good: The authorization server takes PKCE with S256.',
      'good: Clients register themselves: nothing has to be set up for them.',
      bothEras,
    ],
  });
});

test('a token without OAuth shuts out the clients that take nothing else', () => {
  const { access, lines } = read({
    modern: { ...refused, challenge: 'Bearer' },
    legacy: { ...refused, challenge: 'Bearer' },
  });
  expect([access, lines[0]]).toEqual([
    'token',
    'note: Every request needs a credential. An “Authorization: Bearer” header is asked for, and there is no OAuth, so claude.ai and ChatGPT cannot connect.',
  ]);
});

test('what the metadata lack is a problem, with the fix', () => {
  const found: Found = {
    modern: refused,
    legacy: refused,
    url: 'https://acme.example/mcp?readonly=1',
    oauth: {
      ...oauth,
      places: [
        { url: 'https://acme.example/.well-known/oauth-protected-resource/mcp', isThere: false, who: 'all' },
        {
          url: 'https://acme.example/.well-known/oauth-protected-resource',
          isThere: false,
          who: 'claude.ai',
        },
      ],
      resource: 'https://other.example/mcp',
      server: { ...server, hasPkce: false, hasRegistration: false, unreachable: ['https://token.example'] },
    },
  };
  const problems = toSentences(found).filter(({ state }) => state !== 'good');
  expect(problems.map(({ state, fix }) => [state, fix !== undefined])).toEqual([
    ['bad', true],
    ['note', true],
    ['bad', true],
    ['bad', true],
    ['bad', true],
    ['note', true],
  ]);
  expect(problems.map(({ text }) => text).join('\n')).toMatchInlineSnapshot(`
    "There are no metadata of the resource: https://acme.example/.well-known/oauth-protected-resource/mcp.
    There are no metadata of the resource: https://acme.example/.well-known/oauth-protected-resource. claude.ai looks there too.
    The metadata are those of https://other.example/mcp, and this page is at https://acme.example/mcp. Clients refuse to go on, or get tokens that the endpoint refuses.
    The authorization server does not say that it takes PKCE with S256, and clients refuse to go on.
    Clients cannot register: there is no registration_endpoint, and documents of clients are not taken.
    This page cannot sign in: it may not send requests to https://token.example. Other clients can."
  `);
});

test('an endpoint of one revision only says which clients that leaves', () => {
  const none: Probe = { ...open, connect: 'other era', list: undefined, call: undefined };
  expect(read({ legacy: none }).lines.at(-1)).toBe(
    'note: It speaks MCP 2026-07-28 only. Clients that speak 2025-11-25, as most still do, cannot connect.',
  );
  expect(read({ modern: none }).lines.at(-1)).toBe(
    'note: It speaks MCP 2025-11-25 only. Newer clients fall back to it.',
  );
});

test('scopes that tools want on top are named', () => {
  const tool = {
    name: 'close',
    inputSchema: { type: 'object' as const },
    _meta: { scopes: ['admin'], securitySchemes: [{ type: 'oauth2', scopes: ['mcp', 'admin'] }] },
  };
  const look = { ...tool, name: 'look', _meta: { securitySchemes: [{ type: 'oauth2', scopes: ['mcp'] }] } };
  const modern: Probe = { ...open, tools: [tool, look] };
  expect(read({ modern }).lines[1]).toBe('note: 1 of the 2 listed tools want scopes of OAuth: admin.');
});
