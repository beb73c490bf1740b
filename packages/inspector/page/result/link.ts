/** The URL of a page that a link may open: http or https. `undefined` for every other scheme, such as `javascript:`. */
export function toWebUrl(uri: string): URL | undefined {
  const url = URL.parse(uri);
  return url && /^https?:$/.test(url.protocol) && url.host !== '' ? url : undefined;
}
