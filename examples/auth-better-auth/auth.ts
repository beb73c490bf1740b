import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { jwt } from 'better-auth/plugins';

export const scopes = ['notes:read', 'notes:write'];

/** The app's own sign-in, which signs in for MCP clients too. Your database goes in place of the memory. */
export function createAuth(url: string) {
  const resource = `${url}/mcp`;
  return betterAuth({
    baseURL: url,
    secret: process.env['BETTER_AUTH_SECRET'] ?? 'a long and random secret of your own',
    database: memoryAdapter(tables()),
    emailAndPassword: { enabled: true },
    plugins: [
      jwt(),
      oauthProvider({
        loginPage: '/sign-in',
        consentPage: '/consent',
        scopes: [...scopes, 'offline_access'],
        // Tokens are for the MCP endpoint, and clients that nobody knows yet may ask for one.
        resources: [resource],
        clientRegistrationDefaultResources: [resource],
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

function tables(): Record<string, never[]> {
  const names = ['user', 'session', 'account', 'verification', 'jwks', 'rateLimit'];
  const oauth = [
    'Client',
    'Resource',
    'ClientResource',
    'RefreshToken',
    'AccessToken',
    'Consent',
    'ClientAssertion',
  ];
  return Object.fromEntries([...names, ...oauth.map((name) => `oauth${name}`)].map((name) => [name, []]));
}
