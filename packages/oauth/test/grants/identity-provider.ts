import express from 'express';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTHeaderParameters,
  jwtVerify,
  SignJWT,
} from 'jose';
import { randomUUID } from 'node:crypto';
import { listen } from './server.ts';

export interface Header extends Omit<Partial<JWTHeaderParameters>, 'typ'> {
  typ?: string | undefined;
  key?: CryptoKey | Uint8Array;
}

/** The identity provider of a company, on this machine. */
export interface IdentityProvider extends AsyncDisposable {
  issuer: string;
  jwksUri: string;
  /** How often somebody asked for its keys. */
  reads: number;
  /** Signs an assertion with these claims. A claim that is `undefined` is left out. */
  sign(claims: Record<string, unknown>, header?: Header): Promise<string>;
  /** Signs in a person, who gets an ID token for the client. */
  idToken(subject: string): Promise<string>;
  /** Signs with a new key from now on, and takes the old one from the list. */
  rotate(): Promise<void>;
  /** Answers no request any more, or answers again. */
  down: boolean;
}

export const idpClientId = 'the client at the identity provider';

/**
 * Starts an identity provider. Its token endpoint exchanges an ID token for an assertion, for the client whose id at our
 * authorization server is `clientId`.
 */
export async function startIdentityProvider(clientId: string): Promise<IdentityProvider> {
  const app = express();
  const { origin: issuer, close } = await listen(app);
  let keys = await createKeys();
  const idp: IdentityProvider = {
    issuer,
    jwksUri: `${issuer}/keys`,
    reads: 0,
    down: false,
    async rotate() {
      keys = await createKeys();
    },
    sign(claims, { key = keys.privateKey, ...header } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, iat: now, exp: now + 300, jti: randomUUID(), ...claims };
      const protectedHeader = { alg: 'ES256', typ: 'oauth-id-jag+jwt', kid: keys.jwk.kid!, ...header };
      // Cast: the types of jose do not let a header be left out by `undefined`.
      return new SignJWT(all).setProtectedHeader(protectedHeader as JWTHeaderParameters).sign(key);
    },
    idToken: (sub) => idp.sign({ sub, aud: idpClientId }, { typ: 'JWT' }),
    [Symbol.asyncDispose]: close,
  };

  app.use((_, res, next) => {
    if (idp.down) res.destroy();
    else next();
  });
  app.get('/keys', (_, res) => {
    idp.reads += 1;
    res.json({ keys: [keys.jwk] });
  });
  app.get('/.well-known/oauth-authorization-server', (_, res) => {
    res.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ['code'],
    });
  });
  app.post('/token', express.urlencoded({ extended: false }), async (req, res) => {
    const { subject_token: token, audience: aud, resource, scope } = req.body as Record<string, string>;
    const { payload } = await jwtVerify(token!, keys.publicKey, { issuer, audience: idpClientId });
    const claims = { sub: payload.sub, aud, resource, scope, client_id: clientId };
    res.json({
      issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      token_type: 'N_A',
      access_token: await idp.sign(claims),
    });
  });
  return idp;
}

async function createKeys(): Promise<GenerateKeyPairResult & { jwk: JWK }> {
  const keys = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: randomUUID(), alg: 'ES256', use: 'sig' };
  return { ...keys, jwk };
}
