// Stands in for API Gateway on this machine. Deploy only handler.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toEvent } from './event.ts';
import { handler } from './handler.ts';

const server = createServer(async (req, res) => {
  const { statusCode, headers, body, isBase64Encoded } = await handler(await toEvent(req));
  res.writeHead(statusCode, headers).end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
