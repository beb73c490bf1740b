import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { listenOn } from '../app/listen.ts';
import { issuer, resource } from '../app/token.ts';

/** An authorization server that has signed one token, and publishes its key. */
export interface Issued {
  token: string;
  jwksUri: string;
  close(): void;
}

export async function issueToken(): Promise<Issued> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' };
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ keys: [jwk] }));
  });
  const port = await listenOn(server);
  const token = await new SignJWT({ scope: 'greet', client_id: 'bench' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
    .setIssuer(issuer)
    .setAudience(resource)
    .setSubject('alice')
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(privateKey);
  return { token, jwksUri: `http://127.0.0.1:${port}/jwks`, close: () => server.close() };
}
