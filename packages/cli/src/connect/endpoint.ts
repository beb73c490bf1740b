import { CliError } from '../cli-error.ts';

/** Reads the URL of an endpoint. Its query stays, because it chooses what is served. */
export function toEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new CliError(`"${text}" is not the URL of an endpoint.`, {
      fix: /^[\w.-]+:\d+/.test(text) ? `Write http://${text}.` : 'Write it as https://example.com/mcp.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new CliError('The URL has a user name or password in it, which clients refuse.', {
      fix: "Send them as --header 'Authorization: Basic …' instead.",
    });
  }
  url.hash = '';
  return url.href;
}

/** Whether a target is a URL and not a file, as `https://…` and `localhost:3000/mcp` are. */
export function isEndpoint(target: string): boolean {
  return (
    /^[a-z][a-z\d+.-]+:\/\//i.test(target) || /^(?:localhost|[\w-]+(?:\.[\w-]+)+):\d+(?:\/|$)/i.test(target)
  );
}

export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Whether only machines of the same network reach a host. */
export function isPrivateHost(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0$|\[f[cd]|\[fe80:)/.test(
      hostname,
    ) ||
    /\.(?:local|internal|lan|home|test)$/.test(hostname) ||
    (!hostname.includes('.') && !hostname.includes(':'))
  );
}
