/** The MIME type of a file by the ending of its name. `undefined` if the ending is not known, or if there is none. */
export function mimeTypeOf(name: string): string | undefined {
  return types.get(/\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}

/** Whether a file of this type is text, which models read. */
export function isTextType(type: string): boolean {
  return type.startsWith('text/') || textTypes.has(type);
}

const types = new Map([
  ['md', 'text/markdown'],
  ['markdown', 'text/markdown'],
  ['txt', 'text/plain'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['css', 'text/css'],
  ['js', 'text/javascript'],
  ['mjs', 'text/javascript'],
  ['ts', 'text/typescript'],
  ['py', 'text/x-python'],
  ['sql', 'application/sql'],
  ['sh', 'application/x-sh'],
  ['json', 'application/json'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['xml', 'application/xml'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['pdf', 'application/pdf'],
]);

const textTypes = new Set([
  'application/sql',
  'application/x-sh',
  'application/json',
  'application/yaml',
  'application/xml',
  'image/svg+xml',
]);
