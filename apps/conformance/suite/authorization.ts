import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { type App, startApp } from '../../../packages/oauth/test/app.ts';
import { launchChromium } from '../../../packages/oauth/test/chromium.ts';
import { ada } from '../../../packages/oauth/test/people.ts';
import { runAuthorization } from './conformance.ts';
import type { Scenario } from './scenario.ts';

/** One way in which `@trpc-mcp/oauth` comes to know a client. */
export interface AuthorizationRun {
  /** For the report. */
  title: string;
  /** Whether the client names the MCP endpoint, as RFC 8707 and MCP say, or nothing, as clients did before. */
  isNamed: boolean;
  /** The path of the issuer. `''` by default. */
  path?: string;
  /** Makes the client known. Returns its id. */
  introduce: (app: App, redirectUri: string) => Promise<string>;
}

const known = { client_id: 'the-suite', redirect_uris: ['http://127.0.0.1/callback'] };

const metadata = (redirectUri: string) => ({
  client_name: 'The conformance suite',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
});

export const authorizationRuns: AuthorizationRun[] = [
  {
    title: 'the app knows the client, at any port',
    isNamed: false,
    introduce: async () => known.client_id,
  },
  {
    title: 'the client registers itself',
    isNamed: true,
    introduce: register,
  },
  {
    title: 'the client registers itself, and the issuer has a path',
    isNamed: true,
    path: '/shop',
    introduce: register,
  },
  {
    title: 'the client has a metadata document',
    isNamed: true,
    async introduce(_, redirectUri) {
      const server = createServer((req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(
          JSON.stringify({ client_id: `http://${req.headers.host}/client.json`, ...metadata(redirectUri) }),
        );
      }).listen(0, '127.0.0.1');
      server.unref();
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/client.json`;
    },
  },
];

async function register({ url }: App, redirectUri: string): Promise<string> {
  const response = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata(redirectUri)),
  });
  if (response.status !== 201) throw new Error(`The client was not registered: ${await response.text()}`);
  return ((await response.json()) as { client_id: string }).client_id;
}

/** Runs the suite against a new server. A person signs in with Chromium and allows everything. */
export async function takeAuthorization({
  isNamed,
  path = '',
  introduce,
}: AuthorizationRun): Promise<Scenario[]> {
  await using app = await startApp({
    path,
    options: {
      clients: [{ ...known, token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] }],
      metadataDocuments: { allowLoopback: true },
    },
  });
  const port = await findFreePort();
  const clientId = await introduce(app, `http://127.0.0.1:${port}/callback`);
  const client = { clientId, port, resource: isNamed ? app.mcp : undefined };
  return await runAuthorization(app.url, client, allowInChromium);
}

async function allowInChromium(url: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(url);
    await page.getByRole('button', { name: ada.name }).click();
    await page.locator('button[name=decision][value=allow]').click();
    await page.getByText('You can close this page').waitFor();
  } finally {
    await browser.close();
  }
}

/** The suite does not say where it listens, so it cannot choose. */
async function findFreePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
