/**
 * Gives the person a file. Its type is one that no browser shows: a `blob:` URL has the origin of this page, and HTML opened
 * from it would be part of the page.
 */
export function saveFile(name: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = toFileName(name);
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The last part of a path or URI, without characters that a file system or a person could misread. */
export function toFileName(name: string): string {
  const last = name.split(/[?#]/)[0]?.split(/[/\\]/).findLast(Boolean) ?? '';
  return (
    last
      .replace(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^\.+/, '')
      .slice(0, 120) || 'download'
  );
}
