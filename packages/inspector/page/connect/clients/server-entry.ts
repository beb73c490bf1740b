/** An endpoint to write into the configuration of a client. */
export interface ServerEntry {
  /** The name that the client shows, and puts in front of the names of tools. */
  name: string;
  url: string;
  /** A header that every request needs. `undefined` if the client signs in with OAuth, or nothing is needed. */
  header: EntryHeader | undefined;
}

export interface EntryHeader {
  name: string;
  /** The part before the secret, such as `Bearer `, which can stand in a file. */
  scheme: string;
  /** The environment variable that has the secret, without the scheme. */
  variable: string;
  /** The secret itself, if the person wants it in the configuration. */
  secret: string | undefined;
}

/** Something to paste: a file or a part of it, or a command. */
export interface Setup {
  /** Where it belongs: `~/.cursor/mcp.json`, or `In a terminal`. */
  place: string;
  text: string;
}

/** Makes a name that every client takes: letters, digits and hyphens, without those at the ends. */
export function toServerName(text: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-zA-Z0-9-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name || 'mcp-server';
}

/** Makes the name of the environment variable that a configuration reads a secret from: `ACME_TOKEN`. */
export function toVariable(server: string, header: string): string {
  const suffix = header.toLowerCase() === 'authorization' ? 'TOKEN' : header;
  const name = `${server}_${suffix}`
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^_+/, '');
  return /^\d/.test(name) ? `MCP_${name}` : name;
}

/** Splits `Bearer abc` into what can stand in a file and what is secret. */
export function splitScheme(value: string): { scheme: string; secret: string } {
  const scheme = /^(?:bearer|basic|token) +/i.exec(value)?.[0] ?? '';
  return { scheme, secret: value.slice(scheme.length) };
}
