/**
 * Whether two texts are the same URL. Libraries that parse a URL write `https://acme.example` with a slash at its end, so
 * that one of the two often has it.
 */
export function isSameUrl(one: unknown, other: string): boolean {
  return typeof one === 'string' && normalize(one) === normalize(other);
}

function normalize(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}
