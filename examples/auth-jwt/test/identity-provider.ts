import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { start, type RunningServer } from 'example-testing/server';

export interface IdentityProvider extends AsyncDisposable {
  issuer: string;
  jwksUri: string;
  /** Makes a token for this app and Ada that is valid for five minutes. Arguments change its claims. */
  issue(claims?: JWTPayload): Promise<string>;
}

/** Stands in for an identity provider: it publishes keys and issues tokens. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256', use: 'sig' }];
  const server: RunningServer = await start((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  const issuer = `${server.url}/`;
  return {
    issuer,
    jwksUri: `${server.url}/.well-known/jwks.json`,
    issue(claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: 'api://notes', sub: 'ada', scope: 'notes:read', exp: now + 300 };
      return new SignJWT({ ...all, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: '1', typ: 'at+jwt' })
        .sign(privateKey);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
