import { createApp } from './app.ts';

const port = Number(process.env['PORT'] ?? 3000);
const resource = `http://127.0.0.1:${port}/mcp`;
const {
  ISSUER: issuer = 'https://login.example.com/',
  JWKS_URI: jwksUri = 'https://login.example.com/.well-known/jwks.json',
  AUDIENCE: audience = 'api://notes',
} = process.env;

createApp({ issuer, jwksUri, audience, resource }).listen(port, '127.0.0.1', () => {
  console.log(`${resource} (tokens of ${issuer})`);
});
