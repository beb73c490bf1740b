import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';

// Every process of the app gets the same three values.
const {
  REDIS_URL: redisUrl = 'redis://127.0.0.1:6379',
  SECRET: secret = 'a secret of at least 32 characters, the same everywhere',
} = process.env;

const { app } = createApp({ redisUrl, secret, prefix: 'example-scaling' });
const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
