import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';

const server = createServer().listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { app, auth } = createApp(url);
  server.on('request', app);
  const ada = { name: 'Ada', email: 'ada@example.com', password: 'on the analytical engine' };
  await auth.api.signUpEmail({ body: ada });
  console.log(`${url}/mcp (log in as ${ada.email}, with the password "${ada.password}")`);
});
