import type { DocumentReply, DocumentRequest } from '../../root-handler.ts';

/**
 * Serves a public document that is the same for everybody. Pages of any origin may read it, and caches may keep it for an
 * hour.
 * @see https://github.com/modelcontextprotocol/experimental-ext-server-card/blob/main/docs/discovery.md#security-considerations
 */
export function createDocument(
  document: object,
  mediaType: string,
): (request: Pick<DocumentRequest, 'method' | 'header'>) => DocumentReply {
  const body = JSON.stringify(document);
  const bytes = new TextEncoder().encode(body);
  const etag = `"${hashOf(bytes, 0x811c9dc5)}${hashOf(bytes, 0x9747b28c)}"`;
  const cached = { ...open, etag, 'cache-control': 'public, max-age=3600' };
  const typed = { ...cached, 'content-type': mediaType };
  return ({ method, header }) => {
    if (method === 'OPTIONS') return { status: 204, headers: { ...open, allow: methods }, body: undefined };
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { ...open, allow: methods }, body: undefined };
    if (isKnown(header('if-none-match'), etag)) return { status: 304, headers: cached, body: undefined };
    if (method === 'GET') return { status: 200, headers: typed, body };
    const length = String(bytes.byteLength);
    return { status: 200, headers: { ...typed, 'content-length': length }, body: undefined };
  };
}

const methods = 'GET, HEAD, OPTIONS';

/** What clients send besides what every page may: the official ones send their revision with every request. */
const open = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': methods,
  'access-control-allow-headers': 'Content-Type, If-None-Match, Accept, MCP-Protocol-Version',
  'access-control-expose-headers': 'ETag',
};

/** Whether the client has this document already. A proxy may have made the tag a weak one. */
function isKnown(tags: string | undefined, etag: string): boolean {
  return (tags ?? '').split(',').some((tag) => {
    const trimmed = tag.trim();
    return trimmed === '*' || trimmed.replace(/^W\//, '') === etag;
  });
}

/** FNV-1a: a tag has to differ for another document, and nothing else. */
function hashOf(bytes: Uint8Array, basis: number): string {
  let hash = basis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
