/** What the policy of a page depends on. */
export interface PolicyFacts {
  page: { script: string; style: string };
  authorizationServers: readonly string[];
  icons: readonly string[];
}

/**
 * Writes the Content-Security-Policy of the page: only its own script and style run, and it speaks to nobody but the endpoint
 * and the authorization servers that `auth` names.
 */
export function toPolicy({ page, authorizationServers, icons }: PolicyFacts): string {
  return Object.entries({
    'default-src': ["'none'"],
    'script-src': [page.script],
    'style-src': [page.style],
    'img-src': ["'self'", 'data:', 'blob:', ...originsOf(icons)],
    'media-src': ["'self'", 'data:', 'blob:'],
    'connect-src': ["'self'", ...originsOf(authorizationServers)],
    'frame-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  })
    .map(([directive, sources]) => `${directive} ${[...new Set(sources)].join(' ')}`)
    .join('; ');
}

function originsOf(urls: readonly string[]): string[] {
  return urls.flatMap((url) => {
    const { origin = 'null' } = URL.canParse(url) ? new URL(url) : {};
    // A host may have other characters. An asterisk would stand for every host.
    return /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/.test(origin) ? [origin] : [];
  });
}
