import type { AddressInfo } from 'node:net';
import * as apiToken from './api-token.ts';
import * as gateway from './gateway.ts';
import * as sessionCookie from './session-cookie.ts';

const apps = { 'api-token': apiToken, gateway, 'session-cookie': sessionCookie };
type Name = keyof typeof apps;

const name = process.argv[2] ?? 'api-token';
if (!Object.hasOwn(apps, name)) throw new Error(`Name one of ${Object.keys(apps).join(', ')}.`);

const server = apps[name as Name].createApp().listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
