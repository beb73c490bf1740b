// Calls a running demo with the official clients of both eras: node apps/demo/test/answers.js http://…/mcp
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const url = new URL(process.argv[2] ?? '');
const options = { requestInit: { headers: { authorization: 'Bearer demo-admin' } } };
const info = { name: 'fresh-clone', version: '1.0.0' };

const modern = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
await modern.connect(new StreamableHTTPClientTransport(url, options));
const legacy = new LegacyClient(info);
await legacy.connect(new LegacyTransport(url, options));

for (const [era, client] of Object.entries({ modern, legacy })) {
  const { tools } = await client.listTools();
  assert.ok(tools.length > 5);
  const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} });
  assert.equal(structuredContent.role, 'admin');
  const { resources } = await client.listResources();
  const customer = resources.find(({ uri }) => uri.startsWith('customers:'));
  const { contents } = await client.readResource({ uri: customer.uri });
  assert.equal(JSON.parse(contents[0].text).name, customer.name);
  const { messages } = await client.getPrompt({ name: 'weekly_report' });
  assert.match(messages[0].content.text, /Sign-ups: \d+/);
  console.log(`${era}: ${tools.length} tools, signed in as ${structuredContent.name}`);
  await client.close();
}
