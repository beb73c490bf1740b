import type { ReadResourceResult, Tool } from '@modelcontextprotocol/client';
import { readBase64 } from './blob.ts';
import { isRecord } from './rows.ts';

/** The URI of the MCP App that shows the results of a tool. The flat key is the one that apps had at first. */
export function appUriOf({ _meta }: Tool): string | undefined {
  const ui = isRecord(_meta?.['ui']) ? _meta['ui'] : {};
  const uri = ui['resourceUri'] ?? _meta?.['ui/resourceUri'];
  return typeof uri === 'string' && uri.startsWith('ui://') ? uri : undefined;
}

/** Whether an app may call a tool: all may be, unless `_meta.ui.visibility` says otherwise. */
export function isForApps({ _meta }: Tool): boolean {
  const visibility = isRecord(_meta?.['ui']) ? _meta['ui']['visibility'] : undefined;
  return visibility === undefined || (Array.isArray(visibility) && visibility.includes('app'));
}

/** An app as it was read from its resource. */
export interface App {
  html: string;
  /** What it asks for and does not get: domains, and rights such as the camera. */
  refused: readonly string[];
}

/**
 * Reads the contents of a `ui://` resource. What an app asks for stands in their `_meta`, or else in that of the list. Throws an
 * `Error` if they are no MCP App.
 */
export function readApp(
  { contents }: ReadResourceResult,
  uri: string,
  listed?: Record<string, unknown>,
): App {
  const resource = contents.find((each) => each.uri === uri) ?? contents[0];
  if (!resource) throw new Error('The resource of the app is empty.');
  if (!isAppType(resource.mimeType))
    throw new Error(
      `The resource of an app has the type ${appType}, but this one has ${resource.mimeType ?? 'none'}.`,
    );
  const html = 'text' in resource ? resource.text : decode(resource.blob);
  if (html.length > mostCharacters) throw new Error('The app has more than 10 million characters.');
  const ui = [resource._meta?.['ui'], listed?.['ui']].find(isRecord) ?? {};
  return { html, refused: [...domainsOf(ui['csp']), ...keysOf(ui['permissions'])] };
}

/** The type of the resource of an MCP App. */
export const appType = 'text/html;profile=mcp-app';
const mostCharacters = 10_000_000;

function isAppType(type = ''): boolean {
  return type.replace(/\s|"/g, '').toLowerCase() === appType;
}

function decode(base64: string): string {
  const bytes = readBase64(base64);
  if (!bytes) throw new Error('The resource of the app is not base64.');
  return new TextDecoder().decode(bytes);
}

function domainsOf(csp: unknown): string[] {
  if (!isRecord(csp)) return [];
  const all = Object.values(csp).flatMap((domains): unknown[] => (Array.isArray(domains) ? domains : []));
  return [...new Set(all.filter((domain) => typeof domain === 'string'))].slice(0, 50);
}

function keysOf(permissions: unknown): string[] {
  return isRecord(permissions) ? Object.keys(permissions).slice(0, 20) : [];
}
