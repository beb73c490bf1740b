import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

// `npm start -- changes` starts the app of changes.ts. A second name chooses another export of the file.
const [page = 'changes', chosen] = process.argv.slice(2);

const exports = (await import(`./${page}.ts`)) as Record<string, RequestListener | undefined>;
const name = chosen ?? (exports['createApp'] ? 'createApp' : 'handler');
const found = exports[name];
if (!found) throw new Error(`${page}.ts has no ${name}.`);
const listener = name.startsWith('create') ? (found as unknown as () => RequestListener)() : found;

const server = createServer(listener).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
