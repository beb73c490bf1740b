import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page whose app needs settings has another one, which needs none. */
const others: Record<string, string> = { versions: 'createAppOfOneRouter' };

const page = process.argv[2] ?? 'changes';
const exports = (await import(`./${page}.ts`)) as Record<string, (() => RequestListener) | undefined>;
const createApp = exports[others[page] ?? 'createApp'];
if (!createApp) throw new Error(`${page}.ts has no app to start. test/${page}.test.ts runs it.`);

const server = createServer(createApp()).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
