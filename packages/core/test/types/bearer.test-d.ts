import type { IncomingMessage } from 'node:http';
import { type AnyTRPCRouter, type inferProcedureOutput, initTRPC } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { McpAuthInfo } from '../../src/meta.ts';
import { bearer, type BearerAuth } from '../../src/auth/bearer.ts';
import { introspection } from '../../src/auth/introspection.ts';
import { jwt } from '../../src/auth/jwt.ts';
import {
  resourceMetadataHandler,
  type ResourceMetadataHandler,
  type ResourceMetadataOptions,
} from '../../src/auth/resource-metadata.ts';
import type { VerifiedToken, VerifyToken } from '../../src/auth/token.ts';
import { requireScopes } from '../../src/call/require-scopes.ts';

declare const router: AnyTRPCRouter;
const resource = 'https://app.example.com/mcp';
const authorizationServers = ['https://login.example.com'];
const verify = jwt({ issuer: 'https://login.example.com', jwksUri: 'https://login.example.com/keys' });

test('what bearer makes is an auth value, and can be added to', () => {
  const auth = bearer({ verify, resource: new URL(resource), authorizationServers });
  expectTypeOf(auth).toEqualTypeOf<BearerAuth>();
  expectTypeOf(auth.authenticate).not.toBeAny();
  mcpHandler(router, { auth });
  mcpHandler(router, { auth: { ...auth, authenticate: [() => undefined, auth.authenticate] } });
  mcpHandler(router, { auth: { ...auth, authorize: ({ method }) => method !== 'tools/call' } });
});

test('bearer wants to know how, for whom and by whom', () => {
  // @ts-expect-error nothing verifies
  bearer({ resource, authorizationServers });
  // @ts-expect-error nobody knows for whom the tokens have to be
  bearer({ verify, authorizationServers });
  // @ts-expect-error clients cannot know where to get one
  bearer({ verify, resource });
  bearer({
    verify,
    resource,
    authorizationServers,
    requiredScopes: ['mcp'],
    scopesSupported: ['mcp'],
    resourceName: 'Notes',
    resourceDocumentation: new URL(resource),
    maxTokenLength: 4096,
    failureLimit: { max: 5, windowMs: 60_000, address: (request) => request.headers.get('x') ?? undefined },
  });
  // @ts-expect-error a limit without a window is none
  bearer({ verify, resource, authorizationServers, failureLimit: { max: 5 } });
});

test('verify is any function of a token', () => {
  expectTypeOf(verify).toEqualTypeOf<VerifyToken>();
  expectTypeOf(
    introspection({ endpoint: new URL(resource), clientId: 'x', clientSecret: 'y' }),
  ).toEqualTypeOf<VerifyToken>();
  const token: VerifiedToken = { clientId: 'x', scopes: [], audience: resource, expiresAt: 1 };
  bearer({ verify: () => token, resource, authorizationServers });
  bearer({
    verify: async (text, { resource: url }) => ({ ...token, audience: url + text }),
    resource,
    authorizationServers,
  });
  // @ts-expect-error nobody knows for whom it is
  bearer({ verify: () => ({ clientId: 'x', scopes: [], expiresAt: 1 }), resource, authorizationServers });
});

test('jwt and introspection have their options', () => {
  jwt({
    issuer: 'https://login.example.com',
    audience: ['a', 'b'],
    jwksUri: new URL(resource),
    algorithms: ['ES256'],
    scopes: (claims) => [String(claims['role'])],
  });
  // @ts-expect-error anybody could have signed it
  jwt({ issuer: 'https://login.example.com' });
  introspection({
    endpoint: resource,
    clientId: 'x',
    clientSecret: 'y',
    audience: 'z',
    cacheMs: 0,
    scopes: () => [],
  });
  // @ts-expect-error the authorization server answers nobody it does not know
  introspection({ endpoint: resource });
});

test('the handler at the root is one for each kind of host', () => {
  const auth = bearer({ verify, resource, authorizationServers });
  const handler = resourceMetadataHandler(auth);
  expectTypeOf(handler(new Request(resource))).toEqualTypeOf<Response>();
  expectTypeOf(handler({ url: '/' }, { writeHead: () => {}, end: () => {} }, () => {})).toEqualTypeOf<void>();
  expectTypeOf(resourceMetadataHandler(auth, { atRoot: false })).toEqualTypeOf<ResourceMetadataHandler>();
  expectTypeOf<ResourceMetadataOptions>().toEqualTypeOf<{ atRoot?: boolean }>();
  expectTypeOf<ResourceMetadataOptions['atRoot']>().not.toBeAny();
  // @ts-expect-error an auth without OAuth has no metadata
  resourceMetadataHandler({ authenticate: () => undefined });
  // @ts-expect-error a text is always true
  resourceMetadataHandler(auth, { atRoot: 'false' });
  // @ts-expect-error there is no such option
  resourceMetadataHandler(auth, { root: false });
});

test('jwt takes the address of keys or keys of its own', () => {
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
  expectTypeOf(
    jwt({ issuer: 'https://login.example.com', jwks, types: ['JWT'] }),
  ).toEqualTypeOf<VerifyToken>();
  // @ts-expect-error these are not keys
  jwt({ issuer: 'https://login.example.com', jwks: [] });
  // @ts-expect-error it is a list
  jwt({ issuer: 'https://login.example.com', jwks, types: 'JWT' });
});

test('verify does not work without the resource that the token has to be for', () => {
  void verify('token', { resource });
  // @ts-expect-error nobody knows for whom the token has to be
  void verify('token');
  // @ts-expect-error nobody knows for whom the token has to be
  void verify('token', {});
});

test('callerOf takes the requests of every host, and says who it is', () => {
  const oauth = bearer({ verify, resource, authorizationServers });
  const incoming = {} as IncomingMessage;
  const express = {} as CreateExpressContextOptions;
  expectTypeOf(oauth.callerOf(new Request(resource))).toEqualTypeOf<Promise<McpAuthInfo | undefined>>();
  void oauth.callerOf(incoming);
  void oauth.callerOf(express.req);
  void oauth.callerOf({ headers: { Authorization: 'Bearer x' } });
  expectTypeOf<McpAuthInfo['subject']>().toEqualTypeOf<string | undefined>();
  // @ts-expect-error there are no headers to read
  void oauth.callerOf({ url: '/' });
});

test('requireScopes fits every procedure, and keeps what its context has', () => {
  const plain = initTRPC.context<{ user: string }>().create();
  const kept = plain.procedure.use(requireScopes('read')).query(({ ctx }) => ctx);
  expectTypeOf<inferProcedureOutput<typeof kept>>().toEqualTypeOf<{ user: string }>();
  initTRPC.create().procedure.use(requireScopes('read', 'write'));
  initTRPC.context<{ auth: McpAuthInfo | undefined }>().create().procedure.use(requireScopes('read'));
  initTRPC.context<{ auth?: { scopes: string[] } | null }>().create().procedure.use(requireScopes('read'));
  const other = initTRPC.context<{ auth: { userId: string } }>().create();
  // @ts-expect-error no scopes can be found in this auth
  other.procedure.use(requireScopes('read'));
  // @ts-expect-error a list is not a scope
  requireScopes(['read']);
});
