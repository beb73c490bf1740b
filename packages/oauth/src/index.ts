export { oauthServer, type OAuthServer } from './server.ts';
export { generateKey } from './keys.ts';
export type { OAuthRouter } from './router.ts';
export { memoryOAuthStore } from './store/memory-store.ts';
export { postgresOAuthSchema } from './store/postgres-schema.ts';
export { postgresOAuthStore } from './store/postgres-store.ts';

export type {
  EnterpriseOptions,
  MetadataDocumentOptions,
  OAuthServerOptions,
  RateLimit,
  RegistrationLimits,
  StaticClient,
  Ttl,
} from './options.ts';
export type { OAuthEvent, OAuthEventType, OnEvent } from './event.ts';
export type { MemoryOAuthStoreOptions } from './store/memory-store.ts';
export type { PostgresDatabase, PostgresOAuthStoreOptions } from './store/postgres-store.ts';
export type { OAuthStore } from './store/store.ts';
export type {
  AppView,
  ClientView,
  ConnectionsView,
  ConnectionView,
  ConsentView,
  FormView,
  MessageView,
  Pages,
  ScopeView,
} from './pages/view.ts';
export { connectionsPage } from './pages/connections.ts';
export { consentPage } from './pages/consent.ts';
export { escapeHtml } from './pages/html.ts';
export { messagePage } from './pages/message.ts';
