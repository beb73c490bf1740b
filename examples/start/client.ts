import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const client = new Client({ name: 'my-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost:3000/mcp')));

const { tools } = await client.listTools();
console.log(tools.map(({ name, description }) => `${name}: ${description}`));

const result = await client.callTool({ name: 'hello', arguments: { name: 'Ada' } });
console.log(result.content);

await client.close();
