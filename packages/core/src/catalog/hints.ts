import type { McpSettings } from '../meta.ts';

/** How a caller authenticates for a tool, as OpenAI's Apps SDK writes it. */
export interface SecurityScheme {
  type: string;
  scopes?: readonly string[];
}

/**
 * Makes the keys of `_meta` that some clients read: Claude Code those of `anthropic`, ChatGPT and Codex the others. They say
 * only what the app has said already. `fileArguments` are the names of the arguments that are files.
 */
export function toHints(
  { confirm, pinned, keywords = [] }: McpSettings,
  scopes: readonly string[],
  fileArguments: readonly string[],
): Record<string, unknown> {
  // Claude Code reads one text, and looks for words in it.
  const searchHint = keywords.join(' ').replace(/\s+/g, ' ').trim();
  return {
    ...(confirm !== undefined && { 'anthropic/requiresUserInteraction': true }),
    ...(pinned && { 'anthropic/alwaysLoad': true }),
    ...(searchHint && { 'anthropic/searchHint': searchHint }),
    ...(scopes.length > 0 && { securitySchemes: toSecuritySchemes(scopes) }),
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

function toSecuritySchemes(scopes: readonly string[]): SecurityScheme[] {
  return [{ type: 'oauth2', scopes }];
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
