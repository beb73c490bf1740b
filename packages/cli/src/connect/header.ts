import { CliError } from '../cli-error.ts';

/** A header that every request to the server has. */
export interface HeaderValue {
  name: string;
  /** What is sent. `undefined` if it names a variable that is not set here. */
  value: string | undefined;
  isSecret: boolean;
  /** The part before the secret, such as `Bearer `, which can stand in a file. */
  scheme: string;
  /** The environment variable that has the secret, without the scheme. */
  variable: string;
  /** True if that variable is set in this environment already. */
  isSet: boolean;
}

/**
 * Reads `Name: value`. The value may name an environment variable, as `Bearer ${TOKEN}` or `Bearer ${env:TOKEN}`.
 * Otherwise a variable is found that has this value, or a name is made up from those of the server and the header.
 */
export function toHeader(text: string, serverName: string, env: NodeJS.ProcessEnv): HeaderValue {
  const { name, value } = splitHeader(text);
  const scheme = /^(?:bearer|basic|token) +/i.exec(value)?.[0] ?? '';
  const secret = value.slice(scheme.length);
  const reference = /^\$\{(?:env:)?([A-Za-z_]\w*)\}$/.exec(secret)?.[1];
  if (reference !== undefined) {
    const set = env[reference];
    const sent = set === undefined ? undefined : scheme + set;
    return { name, value: sent, isSecret: true, scheme, variable: reference, isSet: set !== undefined };
  }
  const isSecret = scheme !== '' || hasSecretName(name) || looksRandom(value);
  const found = isSecret ? findVariable(secret, env) : undefined;
  return {
    name,
    value,
    isSecret,
    scheme,
    variable: found ?? toVariable(serverName, name),
    isSet: found !== undefined,
  };
}

/** Splits `Name: value`. Throws a `CliError` if it is not a header that can be sent. */
export function splitHeader(text: string): { name: string; value: string } {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).trim();
  const value = text.slice(colon + 1).trim();
  const fix = "Write it as --header 'Name: value', for example --header 'Authorization: Bearer abc'.";
  if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new CliError('This --header has no name that a header can have.', { fix });
  }
  if (value === '') throw new CliError(`The header ${name} has no value.`, { fix });
  // A header of HTTP is Latin-1 without control characters; the value is not repeated, because it may be a secret.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new CliError(`The header ${name} has a character that headers can't have.`, {
      fix: 'Remove line breaks and other characters that are not plain text from its value.',
    });
  }
  return { name, value };
}

/** Whether something of this name is kept out of files and links. */
export function hasSecretName(name: string): boolean {
  return /auth|token|key|secret|cookie|session|passw|credential|signature|jwt|(?:^|[-_])(?:pat|pwd|sig)(?:$|[-_])/i.test(
    name,
  );
}

const looksRandom = (value: string): boolean => /^(?=.*\d)[\w.+/=~-]{20,}$/.test(value);

function findVariable(secret: string, env: NodeJS.ProcessEnv): string | undefined {
  // A short value may be that of a variable by chance.
  if (secret.length < 8) return undefined;
  return Object.keys(env).find((key) => /^[A-Za-z_]\w*$/.test(key) && env[key] === secret);
}

function toVariable(serverName: string, header: string): string {
  const suffix = header.toLowerCase() === 'authorization' ? 'TOKEN' : header;
  const name = `${serverName}_${suffix}`
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^_+/, '');
  return /^\d/.test(name) ? `MCP_${name}` : name;
}
