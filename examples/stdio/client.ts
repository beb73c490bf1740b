import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const client = new Client({ name: 'notes', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(
  // The client starts the server, as Claude Desktop and editors do.
  new StdioClientTransport({
    command: process.execPath,
    args: ['--import', 'tsx', 'server.ts'],
    env: { NOTES_AUTHOR: 'Ben' },
  }),
);

const { tools } = await client.listTools();
console.log('tools:', tools.map(({ name }) => name).join(', '));

const added = await client.callTool({ name: 'notes_add', arguments: { text: 'Buy milk' } });
console.log('added:', JSON.stringify(added.structuredContent));

const missing = await client.callTool({ name: 'notes_read', arguments: { id: 99 } });
console.log('missing:', JSON.stringify(missing.content));

await client.close();
