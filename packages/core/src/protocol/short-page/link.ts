/** Returns a URL that a browser opens as a page, and `undefined` for all others, such as those of scripts. */
export function webUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** What the policy of a page has to name so that an icon is shown. `undefined` if the icon cannot be shown. */
export function originOfIcon(src: string): string | undefined {
  if (/^data:image\//i.test(src)) return 'data:';
  const url = webUrlOf(src);
  if (url === undefined) return undefined;
  const { host, origin } = new URL(url);
  return isPlainHost(host) ? origin : undefined;
}

/** Whether a host has the characters of host names and addresses alone. A URL may have others, such as quotes. */
export function isPlainHost(host: string): boolean {
  return /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host);
}
