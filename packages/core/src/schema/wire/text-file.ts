/**
 * Returns the text of a file whose type is text, or `undefined` for any other file. Only UTF-8 counts: what is sent as text
 * can then be made into the same bytes again.
 */
export function readText(bytes: Uint8Array, mimeType: string): string | undefined {
  if (!isTextType(mimeType)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether files of this type are text that people read. SVG is among them: no model takes it as an image. */
function isTextType(mimeType: string): boolean {
  const [type = '', ...parameters] = mimeType.toLowerCase().split(';');
  const charset = parameters.map((each) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(each)?.[1]).find(Boolean);
  if (charset !== undefined && !charsets.has(charset)) return false;
  const name = type.trim();
  return name.startsWith('text/') || /\+(json|xml|yaml)$/.test(name) || textTypes.has(name);
}

// A byte order mark stays in the text, so that it is not lost.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const charsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** Types of text that neither begin with `text/` nor end like one of their kind. */
const textTypes = new Set(
  (
    'json json5 jsonl ndjson x-ndjson json-seq jsonlines x-jsonlines ' +
    'xml xml-dtd yaml x-yaml toml x-toml csv x-csv sql x-sql graphql ' +
    'javascript x-javascript ecmascript typescript x-typescript x-httpd-php x-sh ' +
    'x-www-form-urlencoded x-subrip x-tex x-latex markdown x-patch x-pem-file'
  )
    .split(' ')
    .map((name) => `application/${name}`),
);
