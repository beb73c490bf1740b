import type { McpSettings } from '../meta.ts';

/** How a caller authenticates for a tool, as OpenAI's Apps SDK writes it. */
export interface SecurityScheme {
  type: string;
  scopes?: readonly string[];
}

/** The part of the handler's option `auth` that says how callers authenticate. */
export interface AuthRules {
  required?: boolean;
  requiredScopes?: readonly string[];
  /** Set if callers get their credentials by OAuth. */
  metadata?: object;
}

/**
 * Says how callers authenticate for a tool that needs these scopes: with OAuth, or without a credential, or both if they may
 * choose. Says nothing of an endpoint without OAuth.
 * @see https://developers.openai.com/apps-sdk/build/auth
 */
export function toSecuritySchemes(
  own: readonly string[],
  { required = false, requiredScopes = [], metadata }: AuthRules = {},
): readonly SecurityScheme[] {
  const scopes = [...new Set([...requiredScopes, ...own])];
  if (!metadata && scopes.length === 0) return [];
  const isOpen = !required && own.length === 0;
  return [...(isOpen ? [{ type: 'noauth' }] : []), { type: 'oauth2', ...(scopes.length > 0 && { scopes }) }];
}

/**
 * Makes the keys of `_meta` that some clients read: Claude Code those of `anthropic`, ChatGPT and Codex the others. They say
 * only what the app has said already. `schemes` say how callers authenticate, and `fileArguments` are the names of the arguments that are files.
 */
export function toHints(
  { confirm, pinned, keywords = [] }: McpSettings,
  schemes: readonly SecurityScheme[],
  fileArguments: readonly string[],
): Record<string, unknown> {
  // Claude Code reads one text, and looks for words in it.
  const searchHint = keywords.join(' ').replace(/\s+/g, ' ').trim();
  return {
    ...(confirm !== undefined && { 'anthropic/requiresUserInteraction': true }),
    ...(pinned && { 'anthropic/alwaysLoad': true }),
    ...(searchHint && { 'anthropic/searchHint': searchHint }),
    ...(schemes.length > 0 && { securitySchemes: schemes }),
    ...(fileArguments.length > 0 && { 'openai/fileParams': fileArguments }),
  };
}

/** The same security schemes for the tool itself, where ChatGPT looks first. The app may have set its own in `_meta`. */
export function securitySchemesOf(meta: Record<string, unknown> | undefined): {
  securitySchemes?: readonly SecurityScheme[];
} {
  const schemes = meta?.['securitySchemes'];
  return Array.isArray(schemes) ? { securitySchemes: schemes as SecurityScheme[] } : {};
}

/** Makes `_meta` for a list: hints for clients, the scopes that a caller needs, and the app's own, which wins key by key. */
export function metaOf(
  own: Record<string, unknown> | undefined,
  scopes: readonly string[],
  hints: Record<string, unknown> = {},
): { _meta?: Record<string, unknown> } {
  const meta = { ...hints, ...(scopes.length > 0 && { scopes }), ...own };
  return own || Object.keys(meta).length > 0 ? { _meta: meta } : {};
}
