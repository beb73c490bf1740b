/** The tags of a page in order, without its text. */
export function tagsOf(page: string): string[] {
  return page.replace(/<style>.*?<\/style>/s, '').match(/<[^>]*>/g) ?? [];
}

/** What a person reads on a page, with one space between words. */
export function wordsOf(page: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return page
    .replace(/^.*<body>/s, '')
    .replaceAll(/<\/?(?:bdi|strong|span|a|time|b)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&([^;]+);/g, (_, name: string) => entities[name]!)
    .replaceAll(/\s+/g, ' ')
    .trim();
}
