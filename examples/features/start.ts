import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

// `npm start -- changes` starts the app that `createApp` of changes.ts makes, `npm start -- outputs handler` another one.
const [page = 'changes', name = 'createApp'] = process.argv.slice(2);

type Exports = Record<string, RequestListener | undefined>;
const found = ((await import(`./${page}.ts`)) as Exports)[name];
if (!found) throw new Error(`${page}.ts has no ${name}.`);
const listener = name.startsWith('create') ? (found as unknown as () => RequestListener)() : found;

const server = createServer(listener).listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
