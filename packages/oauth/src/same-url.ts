/**
 * Whether two texts are the same URL, with a slash at its end or without one. Libraries that parse a URL add the slash to
 * `https://acme.example`, and people leave it out or write it as they like.
 */
export function isSameUrl(one: unknown, other: string): boolean {
  return typeof one === 'string' && normalize(one) === normalize(other);
}

function normalize(url: string): string {
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/$/, '');
}
