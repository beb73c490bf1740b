import { type Finding, missing, ok } from './finding.ts';
import {
  type Answer,
  type Failure,
  type HttpAnswer,
  request,
  requestInitialize,
  toObject,
} from './request.ts';

/** Says whether an answer is that of an MCP endpoint, and if not, what it is and what to do. */
export async function judgeAnswer(url: string, answer: Answer): Promise<Finding> {
  if ('failure' in answer) return judgeFailure(url, answer.failure);
  const { status } = answer;
  if (status === 200 && isOtherRpc(answer)) {
    return missing(
      'answers',
      'It answers with JSON-RPC, but not as MCP: the result of initialize has no protocolVersion.',
      (await findElsewhere(url)) ?? 'use the path at which mcpHandler is mounted, often /mcp',
    );
  }
  if (isJsonRpc(answer) || status === 401) return ok('answers', `It answers with ${status}.`);
  const isElsewhere = status === 404 || status === 405 || status === 400 || status === 200 || status === 501;
  const found = isElsewhere ? await findElsewhere(url) : undefined;
  const [detail, fix] = judgeResponse(url, answer);
  return missing('answers', detail, found ?? fix);
}

/** Whether a body is a message of JSON-RPC, by itself or as the first event of a stream. */
export function isJsonRpc({ text }: HttpAnswer): boolean {
  const message = toMessage(text);
  // A stream may begin with an event that only gives it an id.
  return (
    message?.['jsonrpc'] === '2.0' ||
    (message === undefined && /^id: /m.test(text) && /^data: *$/m.test(text))
  );
}

/** Whether a result came that no server of MCP gives to `initialize`. */
function isOtherRpc({ text }: HttpAnswer): boolean {
  const message = toMessage(text);
  if (message?.['jsonrpc'] !== '2.0' || !Object.hasOwn(message, 'result')) return false;
  const result = message['result'] as { protocolVersion?: unknown } | null;
  return typeof result?.protocolVersion !== 'string';
}

function toMessage(text: string): Record<string, unknown> | undefined {
  const data = /^data: ?(.*)$/m.exec(text)?.[1];
  return toObject(text) ?? (data === undefined ? undefined : toObject(data));
}

function judgeFailure(url: string, { code, message }: Failure): Finding {
  const { host, hostname, protocol } = new URL(url);
  const known = failures.find(([pattern]) => pattern.test(code) || pattern.test(message));
  const [detail, fix] = known?.[1]({ url, host, hostname, protocol }) ?? [
    `The request failed: ${message}.`,
    'see whether the URL opens in a browser or with curl',
  ];
  return missing('answers', detail, fix);
}

interface Where {
  url: string;
  host: string;
  hostname: string;
  protocol: string;
}

const failures: readonly [RegExp, (where: Where) => [detail: string, fix: string]][] = [
  [
    /ENOTFOUND|EAI_AGAIN/,
    ({ hostname }) => [
      `No address is known for ${hostname} (DNS).`,
      'check the spelling of the host, and the network',
    ],
  ],
  [
    /ECONNREFUSED/,
    ({ host }) => [
      `Nothing listens at ${host}: the connection was refused.`,
      'start the server, or check host and port',
    ],
  ],
  [
    /bad port/,
    ({ host }) => [
      `Browsers and fetch refuse the port of ${host}.`,
      'serve on another port, for example 3000',
    ],
  ],
  [
    /WRONG_VERSION_NUMBER|EPROTO|PACKET_LENGTH/,
    ({ url, host }) => [
      `${host} does not speak TLS.`,
      `use ${url.replace('https:', 'http:')}, or serve https there`,
    ],
  ],
  [
    /CERT_HAS_EXPIRED/,
    ({ hostname }) => [`The certificate of ${hostname} has expired.`, 'renew it; clients refuse it too'],
  ],
  [
    /ALTNAME_INVALID/,
    ({ hostname }) => [
      `The certificate is not for ${hostname}.`,
      'use a name that the certificate has, or get one for this name',
    ],
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/,
    ({ hostname }) => [
      `The certificate of ${hostname} is not of an authority that this machine trusts.`,
      'use one of a public authority; for a private one set NODE_EXTRA_CA_CERTS for this command and for the client',
    ],
  ],
  [
    /HPE_|UND_ERR_SOCKET|ECONNRESET|EPIPE/,
    ({ url, host, protocol }) => [
      `${host} closed the connection without an answer in HTTP.`,
      protocol === 'http:' ? `try ${url.replace('http:', 'https:')}` : 'look at the log of the server',
    ],
  ],
  [
    /TIMEOUT|ETIMEDOUT/,
    ({ host }) => [
      `${host} does not answer within 20 seconds.`,
      'check that a firewall or a proxy lets the request through',
    ],
  ],
  [
    /ENETUNREACH|EHOSTUNREACH/,
    ({ host }) => [`There is no way to ${host} from here.`, 'check the network, or a VPN that is needed'],
  ],
];

function judgeResponse(url: string, { status, headers, text }: HttpAnswer): [detail: string, fix: string] {
  const { pathname } = new URL(url);
  const type = headers.get('content-type') ?? '';
  const isPage = type.includes('text/html') || /^\s*<(?:!doctype|html)/i.test(text);
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) {
    const target = URL.canParse(location, url) ? new URL(location, url).href : location;
    if (/log-?in|sign-?in|auth|sso/i.test(location)) {
      return [
        `It redirects to ${target}, as for people who have to sign in.`,
        `let ${pathname} through without that middleware; MCP clients want 401 instead`,
      ];
    }
    return [`It redirects to ${target}, and clients lose the request there.`, `use ${target}`];
  }
  if (isTrpc(text)) {
    return ['It answers as tRPC, not as MCP.', 'use the path at which mcpHandler is mounted, often /mcp'];
  }
  const known = statuses[status];
  if (known) return [known[0].replace('{path}', pathname), known[1]];
  if (isPage)
    return [
      'It answers with a web page.',
      `add the path of the MCP endpoint, often /mcp, to ${new URL(url).origin}`,
    ];
  if (status >= 500) return [`The server failed with ${status}.`, 'look at the log of the server'];
  if (status === 200 || status === 202 || status === 204) {
    return [
      `It answers with ${status}, but not with JSON-RPC${type === '' ? '' : ` (${type.split(';')[0]})`}.`,
      'use the path at which mcpHandler is mounted, often /mcp',
    ];
  }
  return [`It answers with ${status}.`, 'look at the log of the server'];
}

const statuses: Partial<Record<number, [detail: string, fix: string]>> = {
  403: [
    'It refuses with 403, before MCP has a say.',
    'check allowedHosts and allowedOrigins of mcpHandler, and a firewall in front of it',
  ],
  404: ['There is nothing at {path} (404).', 'use the path at which mcpHandler is mounted, often /mcp'],
  405: [
    '{path} takes no POST (405).',
    'mount mcpHandler for all methods, or use the path at which it is mounted',
  ],
  406: [
    'It refuses what clients accept (406): application/json and text/event-stream.',
    'let the header Accept through, and let mcpHandler answer itself',
  ],
  407: ['A proxy wants a password (407).', 'set the proxy up for this command and for the client'],
  411: ['It wants a Content-Length (411).', 'let a proxy pass requests on as they come'],
  413: [
    'It refuses a small request as too large (413).',
    'raise the limit for bodies in the proxy or the host',
  ],
  415: ['It refuses JSON (415).', 'mount mcpHandler before what reads bodies of other types'],
  429: ['It refuses with 429: too many requests.', 'wait, or raise the limit for this path'],
  501: ['{path} takes no POST (501).', 'use the path at which mcpHandler is mounted, often /mcp'],
  502: [
    'A proxy does not reach the server behind it (502).',
    'start the server, or check the address in the proxy',
  ],
  503: ['The server is not available (503).', 'wait until it is up, and look at its log'],
  504: ['A proxy waited too long for the server behind it (504).', 'look at the log of the server'],
};

function isTrpc(text: string): boolean {
  const body = toObject(text) ?? toObject(text.replace(/^\[|\]$/g, ''));
  const error = body?.['error'] as { json?: { data?: object }; data?: object } | undefined;
  const data = error?.json?.data ?? error?.data;
  return typeof data === 'object' && data !== null && 'httpStatus' in data;
}

/** Looks for the endpoint at its usual paths, and for the transport of 2024. Returns what to do, or `undefined`. */
async function findElsewhere(url: string): Promise<string | undefined> {
  const { origin, pathname } = new URL(url);
  for (const path of ['/mcp', '/api/mcp']) {
    if (path === pathname) continue;
    const answer = await requestInitialize(origin + path);
    if ('failure' in answer) return undefined;
    if (
      (isJsonRpc(answer) && !isOtherRpc(answer)) ||
      (answer.status === 401 && answer.headers.has('www-authenticate'))
    )
      return `use ${origin + path}`;
  }
  const stream = await request(url, { headers: { accept: 'text/event-stream' } });
  if ('failure' in stream || !/^event: ?endpoint/m.test(stream.text)) return undefined;
  return 'serve Streamable HTTP: this endpoint has only the HTTP+SSE transport of 2024';
}
