import { CliError } from '../cli-error.ts';

/**
 * Makes a name that every client takes: letters, digits and hyphens. Gemini CLI reads an underscore in the name of a
 * server as the end of it, and Codex refuses spaces and dots. Underscores of a name that a person gave stay.
 */
export function toServerName(text: string, keepUnderscores = false): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(keepUnderscores ? /[^a-zA-Z0-9_-]+/g : /[^a-zA-Z0-9-]+/g, '-')
    .replaceAll(/-{2,}/g, '-');
  return plain
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, maxLength)
    .replace(/[-_]+$/, '');
}

/** The name that a person gave. Throws a `CliError` if nothing of it can stay. */
export function toGivenName(text: string): string {
  const name = toServerName(text, true);
  if (name !== '') return name;
  throw new CliError(`"${text}" can't be the name of a server.`, {
    fix: 'Use letters, digits and hyphens, for example --name acme.',
  });
}

/** A name for an endpoint that does not tell its own: that of its host, without what most hosts have. */
export function nameOfUrl(url: string): string {
  const { hostname, port } = new URL(url);
  if (/^[\d.]+$|^\[|^localhost$/.test(hostname)) return toServerName(port === '' ? 'local' : `local-${port}`);
  const parts = hostname.split('.').filter((part) => !/^(?:www|api|mcp|app)$/.test(part));
  // In acme.co.uk and in acme.com.br the name stands one place further to the left.
  const isSecondLevel = parts.length > 2 && /^(?:com?|org|net|gov|edu|ac)$/.test(parts.at(-2)!);
  const name = parts.at(isSecondLevel ? -3 : -2) ?? parts[0] ?? hostname;
  return toServerName(name) || 'mcp-server';
}

/** Shortens a name that was made up, so that Cursor takes the longest tool: both have less than 60 characters together. */
export function fitName(name: string, longestTool: number): string {
  const room = Math.max(59 - longestTool, 8);
  return name.slice(0, room).replace(/[-_]+$/, '');
}

const maxLength = 40;
