import { createStore } from '../store.ts';
import { redirectUri } from './settings.ts';

/** The sources that the Content-Security-Policy of this page names, for what the page asks about before it tries. */
export interface PagePolicy {
  connect: readonly string[];
  images: readonly string[];
}

/** `undefined` until it was read, or if it cannot be read. */
export const pagePolicy = createStore<PagePolicy | undefined>(undefined);

let reading: Promise<PagePolicy | undefined> | undefined;

/**
 * Reads the policy from the headers of the page itself, so that the page can say what it forbids instead of running into it, which
 * the browser would report as a violation.
 */
export function readPagePolicy(): Promise<PagePolicy | undefined> {
  return (reading ??= fetch(redirectUri, { method: 'HEAD', headers: { accept: 'text/html' } })
    .then(({ headers }) => {
      const header = headers.get('content-security-policy');
      if (header === null) return undefined;
      const policy = parsePolicy(header);
      pagePolicy.set(policy);
      return policy;
    })
    .catch(() => undefined));
}

export function parsePolicy(header: string): PagePolicy {
  const directives = new Map(
    header.split(';').map((text): [string, string[]] => {
      const [name = '', ...sources] = text.trim().split(/\s+/);
      return [name.toLowerCase(), sources];
    }),
  );
  return { connect: directives.get('connect-src') ?? [], images: directives.get('img-src') ?? [] };
}

/** Whether a URL is of this origin, or of one that the policy names. */
export function isNamed(sources: readonly string[], url: URL): boolean {
  return url.origin === location.origin || sources.includes(url.origin);
}
