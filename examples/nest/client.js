const { Client, StreamableHTTPClientTransport } = require('@modelcontextprotocol/client');

/** @param {string} url */
async function main(url) {
  const client = new Client({ name: 'notes', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const headers = { 'x-author': 'Ben' };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));

  const { tools } = await client.listTools();
  console.log('tools:', tools.map(({ name }) => name).join(', '));

  const added = await client.callTool({ name: 'notes_add', arguments: { text: 'Buy milk' } });
  console.log('added:', JSON.stringify(added.structuredContent));

  const missing = await client.callTool({ name: 'notes_read', arguments: { id: 99 } });
  console.log('missing:', JSON.stringify(missing.content));

  await client.close();
}

void main(process.argv[2] ?? 'http://127.0.0.1:3000/mcp');
