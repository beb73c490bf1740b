/** Reads a URL that an endpoint gave, for a link. Returns `undefined` unless it is http or https: other schemes may run scripts. */
export function toWebUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
