import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../server.ts';

/** The endpoint that tokens are issued for, unless a test says otherwise. */
export const resource = 'https://app.example.com/mcp';

/** The part of an authorization server that a resource server talks to. */
export interface AuthorizationServer extends AsyncDisposable {
  issuer: string;
  jwksUri: string;
  introspectionEndpoint: string;
  /** The paths of all requests so far. */
  asked: string[];
  /** What the server does with every request: answer, hang up, or answer with an error. */
  state: 'up' | 'down' | 'broken';
  /** What the server waits for before it answers. It has read its keys by then. */
  held: Promise<void> | undefined;
  /** Answers requests while the server is up. */
  introspect: (token: string, authorization: string | undefined) => object;
  /** Makes a new key and publishes it, in addition to the other keys or instead of them. It has a key id by default. */
  rotate(options?: { keepOld?: boolean; isNamed?: boolean }): Promise<void>;
  /** The newest key. */
  key(): SigningKey;
  /** Makes a token for `resource` that is valid for five minutes. `claims` adds, replaces or removes claims. */
  issue(claims?: JWTPayload, key?: SigningKey): Promise<string>;
}

export interface SigningKey {
  kid: string | undefined;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  let keys: SigningKey[] = [];
  let made = 0;

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    server.asked.push(req.url ?? '');
    if (server.state === 'down') {
      req.socket.destroy();
      return;
    }
    if (server.state === 'broken') {
      res.writeHead(500).end('<h1>Oops</h1>');
      return;
    }
    const body =
      req.url === '/introspect'
        ? server.introspect(
            new URLSearchParams(await text(req)).get('token') ?? '',
            req.headers.authorization,
          )
        : { keys: await Promise.all(keys.map(toJwk)) };
    await server.held;
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const http = await listen((req, res) => void answer(req, res));

  const server: AuthorizationServer = {
    issuer: http.url,
    jwksUri: `${http.url}/keys`,
    introspectionEndpoint: `${http.url}/introspect`,
    asked: [],
    state: 'up',
    held: undefined,
    introspect: () => ({ active: false }),
    async rotate({ keepOld = true, isNamed = true } = {}) {
      const pair = await generateKeyPair('RS256', { extractable: true });
      keys = [...(keepOld ? keys : []), { kid: isNamed ? `key-${++made}` : undefined, ...pair }];
    },
    key: () => keys.at(-1)!,
    issue: (claims = {}, key = server.key()) => {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: server.issuer,
        aud: resource,
        sub: 'ada',
        client_id: 'editor',
        scope: 'notes:read',
        exp: now + 300,
      };
      return new SignJWT({ ...all, ...claims })
        .setProtectedHeader({ alg: 'RS256', ...(key.kid !== undefined && { kid: key.kid }), typ: 'at+jwt' })
        .sign(key.privateKey);
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  await server.rotate();
  return server;
}

async function toJwk({ kid, publicKey }: SigningKey): Promise<object> {
  return { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }), alg: 'RS256', use: 'sig' };
}
