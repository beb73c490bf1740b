import { bearer, jwt } from '@trpc-mcp/core';

const issuer = 'https://login.example.com';

export const oauth = bearer({
  verify: jwt({ issuer, jwksUri: `${issuer}/keys` }),
  resource: 'https://app.example.com/api/mcp',
  authorizationServers: [issuer],
});
