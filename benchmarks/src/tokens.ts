import { getEncoding } from 'js-tiktoken';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { estimateTokens } from '../../packages/core/src/tokens.ts';
import { createApp } from './app/router.ts';
import { toTable } from './report/markdown.ts';

// How far the estimate of tokens is from what o200k_base counts, for lists of tools: `tokens [url of an endpoint] …`.
// Fails if it is off by more than a quarter.
const most = 0.25;
const o200k = getEncoding('o200k_base');

const handler = mcpHandler(createApp({ fillers: 100 }), { createContext: () => ({ user: 'ada' }) });
const inMemory = (request: Request) => handler(request);
const lists: [name: string, tools: unknown[]][] = [
  ['100 typical procedures', await listTools('http://127.0.0.1/mcp', inMemory)],
];
for (const url of process.argv.slice(2)) lists.push([url, await listTools(url, fetch)]);

const rows = lists.map(([name, tools]) => {
  const text = JSON.stringify(tools);
  const [estimated, counted] = [estimateTokens(text), o200k.encode(text).length];
  return { name, estimated, counted, off: estimated / counted - 1 };
});
console.log(
  toTable(
    ['list', 'estimated', 'o200k_base', 'off by'],
    rows.map(({ name, estimated, counted, off }) => [
      name,
      String(estimated),
      String(counted),
      `${(100 * off).toFixed(1)} %`,
    ]),
  ),
);
process.exit(rows.every(({ off }) => Math.abs(off) <= most) ? 0 : 1);

async function listTools(url: string, send: (request: Request) => Promise<Response>): Promise<unknown[]> {
  const response = await send(
    new Request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/list',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/list',
        params: {
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    }),
  );
  const { result } = (await response.json()) as { result: { tools: unknown[] } };
  return result.tools;
}
