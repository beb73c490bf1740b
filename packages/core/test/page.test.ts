import { initTRPC } from '@trpc/server';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import {
  bearer,
  type CallFailure,
  type HandlerOptions,
  jwt,
  type McpMeta,
  type Page,
  type PageVisit,
} from '../src/index.ts';
import { send, toAnswer } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
const asBrowser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

function create(options: HandlerOptions = {}) {
  const failures: CallFailure[] = [];
  const handler = fetchHandler(router, { onError: (failure) => failures.push(failure), ...options });
  const open = async (
    headers: Record<string, string> = asBrowser,
    init: RequestInit & { url?: string } = {},
  ) => {
    const { url = 'https://app.example.com/mcp', ...rest } = init;
    const response = await handler(new Request(url, { headers, ...rest }));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { handler, open, failures };
}

/** What the page shows, without its markup. */
function wordsOf(page: string): string {
  return page
    .replace(/<(style|title)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

const tagsOf = (page: string) => new Set(Array.from(page.matchAll(/<([a-z]\w*)/g), ([, name]) => name));

describe('who gets a page', () => {
  test.each([
    ['text/html', 200],
    ['TEXT/HTML; charset=utf-8', 200],
    ['application/json, text/html;q=0.1', 200],
    ['text/html;q=0', 405],
    ['text/html; q=0.000, */*', 405],
    ['text/htmlx', 405],
    ['application/xhtml+xml', 405],
    ['text/*', 405],
    ['*/*', 405],
    ['text/event-stream', 405],
    ['', 405],
  ])('Accept: %s is answered with %i', async (accept, status) => {
    const { open } = create({ page: { open: () => ({ status: 200, headers: {}, body: 'own' }) } });
    expect((await open({ accept })).status).toBe(status);
    expect((await create().open({ accept })).status).toBe(status);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is no visit of a browser', async (method) => {
    const open = vi.fn<Page['open']>();
    const answer = await create({ page: { open } }).open(asBrowser, { method });
    expect(answer.status).not.toBe(200);
    expect(open).not.toHaveBeenCalled();
  });

  test('the guard for hosts and origins comes first', async () => {
    const open = vi.fn<Page['open']>();
    const page = create({ page: { open }, allowedHosts: ['app.example.com'] });
    const foreign = await page.open(asBrowser, { url: 'https://evil.example/mcp' });
    const framed = await page.open({ ...asBrowser, origin: 'https://evil.example' });
    expect([foreign.status, framed.status]).toEqual([403, 403]);
    expect(open).not.toHaveBeenCalled();
  });

  test('a stream of a session is no visit of a browser', async () => {
    const { open } = create({ legacy: 'sessions' });
    const answer = await open({ ...asBrowser, 'mcp-session-id': 'none' });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      404,
      { error: { message: /no such session/ } },
    ]);
    expect((await open()).status).toBe(200);
  });

  test('nobody is asked who they are, even where a credential is required', async () => {
    const authenticate = vi.fn(() => undefined);
    const authorize = vi.fn(() => false);
    const createContext = vi.fn(() => ({}));
    const { open } = create({ auth: { authenticate, authorize, required: true } });
    expect((await open()).status).toBe(200);
    expect(authenticate).not.toHaveBeenCalled();
    expect(authorize).not.toHaveBeenCalled();
    expect(createContext).not.toHaveBeenCalled();
  });

  test('a closed handler serves no page', async () => {
    const { handler, open } = create();
    await handler.close();
    expect((await open()).status).toBe(503);
  });

  test('CORS lets a page that may call read it, and says that the answer depends on both headers', async () => {
    const origin = 'https://other.example.com';
    const { headers } = await create({ cors: { origins: [origin] } }).open({ ...asBrowser, origin });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      origin,
      'Origin, accept',
    ]);
    const plain = await create({ cors: { origins: [origin] } }).open();
    expect([plain.headers.get('access-control-allow-origin'), plain.status]).toEqual([null, 200]);
  });
});

describe('the short page', () => {
  test('says what it is, where it is, and how to connect', async () => {
    const server = {
      name: 'acme-billing',
      version: '1',
      title: 'Acme Billing',
      instructions: 'Only for models.',
      websiteUrl: 'https://acme.example.com',
      icons: [{ src: 'https://cdn.example.com/icon.png' }],
    };
    const { status, headers, text } = await create({ server }).open();
    expect(status).toBe(200);
    const words = wordsOf(text);
    for (const said of [
      'Acme Billing',
      'https://app.example.com/mcp',
      'claude mcp add --transport http acme-billing https://app.example.com/mcp\n',
      '"mcpServers": {\n    "acme-billing": {\n      "url": "https://app.example.com/mcp"',
      '"type": "http"',
      'custom connector',
    ])
      expect(`${words}\n`).toContain(said);
    expect(text).toContain('<a href="https://acme.example.com/"');
    expect(text).toContain('<img src="https://cdn.example.com/icon.png"');
    expect(text).not.toContain('Only for models.');
    expect(headers.get('content-security-policy')).toMatch(/; img-src data: https:\/\/cdn\.example\.com; /);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      vary: 'accept',
      'x-content-type-options': 'nosniff',
    });
  });

  test('has no script, and its policy allows its own style and nothing else', async () => {
    const { headers, text } = await create().open();
    const [, style] = /<style>(.*)<\/style>/s.exec(text)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/i);
  });

  test('names the authorization server, or the header, that the endpoint takes', async () => {
    const oauth = bearer({
      verify: jwt({ jwksUri: 'https://id.example.com/keys', issuer: 'https://id.example.com' }),
      resource: 'https://public.example.com/mcp',
      authorizationServers: ['https://id.example.com'],
    });
    const authenticate = () => undefined;
    const pageOf = async (auth: HandlerOptions['auth']) =>
      wordsOf((await create({ ...(auth && { auth }) }).open()).text);
    const signed = await pageOf(oauth);
    expect(signed).toContain('opens the sign-in of https://id.example.com in your browser');
    // A proxy may have changed the URL of the request.
    expect(signed).toContain('claude mcp add --transport http trpc-app https://public.example.com/mcp\n');
    expect(await pageOf({ authenticate, required: true })).toContain(
      '--header "Authorization: Bearer TOKEN"',
    );
    const keyed = await pageOf({ authenticate, challenge: 'ApiKey header="x-api-key"' });
    expect(keyed).toContain('"x-api-key": "CREDENTIAL"');
    expect(keyed).toContain('may work without one');
    expect(await pageOf({ authenticate, challenge: 'Cookie' })).not.toContain('--header');
    expect(await pageOf(undefined)).toContain('The endpoint asks for none by itself');
  });

  test('speaks of https behind a proxy that ends TLS', async () => {
    const url = 'http://app.example.com/mcp';
    const plain = await create().open(asBrowser, { url });
    const proxied = await create().open({ ...asBrowser, 'x-forwarded-proto': 'https,http' }, { url });
    expect(plain.text).toContain(`<code>${url}</code>`);
    expect(proxied.text).toContain('<code>https://app.example.com/mcp</code>');
    expect(plain.text).not.toContain('own machine');
    expect((await create().open(asBrowser, { url: 'http://localhost:3000/mcp' })).text).toContain(
      'own machine',
    );
  });

  test('names the host that the browser asked for, where a proxy or the framework has put another one into the URL', async () => {
    const shownFor = async (url: string, headers: Record<string, string>) => {
      const { text } = await create().open({ ...asBrowser, ...headers }, { url });
      return /<code>(.*?)<\/code>/.exec(text)![1];
    };
    const inside = 'http://localhost:3000/mcp';
    const host = 'acme.example.com';
    expect(await shownFor(inside, { host })).toBe('http://acme.example.com/mcp');
    const proxied = { host: 'localhost:3000', 'x-forwarded-host': host, 'x-forwarded-proto': 'https' };
    expect(await shownFor(inside, proxied)).toBe('https://acme.example.com/mcp');
    expect(await shownFor(inside, { 'x-forwarded-host': '"><script>' })).toBe(inside);
    expect(await shownFor('https://app.example.com/mcp', { 'x-forwarded-host': host })).toBe(
      'https://app.example.com/mcp',
    );
  });

  test('takes no markup and no command from the app or from the request', async () => {
    const markup = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'`$(id)`&amp;';
    const server = {
      name: markup,
      version: '1',
      title: markup,
      websiteUrl: 'javascript:alert(1)',
      icons: [
        { src: 'javascript:alert(1)' },
        { src: 'https://a;script-src/x.png' },
        { src: 'data:text/html,x' },
      ],
    };
    const auth = { authenticate: () => undefined, challenge: `Odd${markup}` };
    const url = `https://app.example.com/mcp/${encodeURI('<b>')}'$(id)\`id\`;id&"<i>?x=<script>`;
    const { text, headers } = await create({ server, auth }).open(asBrowser, { url });
    const plain = await create().open();
    expect([...tagsOf(text)].filter((tag) => !tagsOf(plain.text).has(tag))).toEqual([]);
    expect(text).not.toContain('javascript:');
    expect(headers.get('content-security-policy')).toContain('; img-src data:; ');
    const command = wordsOf(text)
      .split('\n')
      .find((line) => line.startsWith('claude mcp add'))!;
    expect(command).toMatch(
      /^claude mcp add --transport http [\w-]+ https:\/\/app\.example\.com\/mcp\/[\w%]+ --header "Authorization: Odd TOKEN"$/,
    );
  });

  test.each(['"><script>', 'a$(id)', "a'b", 'x;y', 'a"b'])('does not repeat the host %s', async (host) => {
    await using server = await serve(mcpHandler(router, { allowedHosts: true }));
    const { status, body } = await send(server.mcp, 'GET', { ...asBrowser, host }, '');
    // Hosts with some characters are refused by the guard, or are no URL.
    if (status === 200) expect(body).toMatch(/http:\/\/(?:this-host\.invalid|localhost)\//);
    else expect(status).toBe(400);
    expect(body).not.toContain(host);
  });
});

describe('a page of the app', () => {
  const visits: PageVisit[] = [];
  const page: Page = {
    open(visit) {
      visits.push(visit);
      return { status: 203, headers: { 'content-type': 'text/html', etag: '"1"' }, body: '<p>own</p>' };
    },
  };

  test('gets the request, and is told what it needs for its policy', async () => {
    const server = { name: 'a', version: '1', icons: [{ src: 'https://cdn.example.com/i.png' }] };
    const { open } = create({ page, server });
    const answer = await open(asBrowser, { url: 'https://app.example.com/mcp?code=1&toolsets=none' });
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([203, '<p>own</p>', '"1"']);
    const { request, ...rest } = visits.at(-1)!;
    expect([request.method, request.url]).toEqual([
      'GET',
      'https://app.example.com/mcp?code=1&toolsets=none',
    ]);
    expect(rest).toEqual({ authorizationServers: [], icons: ['https://cdn.example.com/i.png'] });
  });

  test('may be bytes, and sends no body after HEAD', async () => {
    const bytes = new TextEncoder().encode('<p>世</p>');
    const { open } = create({ page: { open: () => ({ status: 200, headers: {}, body: bytes }) } });
    expect((await open()).text).toBe('<p>世</p>');
    const head = await open(asBrowser, { method: 'HEAD' });
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '10']);
  });

  test('may answer that nothing has changed', async () => {
    const unchanged: Page = { open: () => ({ status: 304, headers: { etag: '"1"' }, body: '' }) };
    const { status, text } = await create({ page: unchanged }).open();
    expect([status, text]).toEqual([304, '']);
    await using server = await serve(mcpHandler(router, { page: unchanged }));
    const headers = await new Promise<http.IncomingMessage>((resolve) =>
      http.get(server.mcp, { headers: { ...asBrowser }, agent: false }, resolve),
    );
    expect([headers.statusCode, headers.headers['content-length']]).toEqual([304, undefined]);
  });

  test('leaves it to the short page', async () => {
    for (const open of [() => undefined, async () => undefined]) {
      const { text } = await create({ page: { open } }).open();
      expect(text).toContain('MCP endpoint');
    }
  });

  test.each<[string, () => unknown, RegExp]>([
    ['throws', () => Promise.reject(new Error('broken')), /^broken$/],
    ['throws at once', () => JSON.parse('{'), /JSON/],
    ['hangs', () => new Promise(() => {}), /page\.open has not answered within 5 ms/],
    ['returns a Response', () => new Response('x'), /has to return \{ status, headers, body \}/],
    ['returns a status that is none', () => ({ status: 42, headers: {}, body: '' }), /has to return/],
    ['returns a header that is none', () => ({ status: 200, headers: { a: 1 }, body: '' }), /has to return/],
    ['returns null', () => null, /has to return/],
  ])('that %s is left to the short page, and onError is called', async (_, open, message) => {
    const { open: visit, failures } = create({ page: { open: open as Page['open'] }, hookTimeoutMs: 5 });
    const { status, text } = await visit();
    expect([status, text.includes('MCP endpoint')]).toEqual([200, true]);
    expect(failures.map(({ error }) => error.message)).toEqual([expect.stringMatching(message)]);
  });
});

test('a request of a client is answered without a look at the page', async () => {
  const open = vi.fn<Page['open']>();
  const { handler } = create({ page: { open } });
  const { status } = await toAnswer(
    await handler(
      new Request('https://app.example.com/mcp', {
        method: 'POST',
        headers: { ...asBrowser, accept: 'text/html, application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      }),
    ),
  );
  expect(status).toBe(200);
  expect(open).not.toHaveBeenCalled();
});
