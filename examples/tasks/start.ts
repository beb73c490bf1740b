import type { AddressInfo } from 'node:net';
import express from 'express';
import { createLocalApp } from './local.ts';
import { createShared } from './queue.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const app = settings ? express().use('/mcp', createShared(settings).handler) : createLocalApp().app;
console.log(
  settings
    ? 'Tasks wait on Redis for a worker: npx -y pnpm@12 --filter example-tasks worker'
    : 'REDIS_URL is not set: tasks run in this process and are kept in its memory. The queue and its worker are left out.',
);
const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
