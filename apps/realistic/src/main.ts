import { serve } from '@hono/node-server';
import { createApp } from './server.ts';

const { app } = createApp();

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}/mcp`);
});
