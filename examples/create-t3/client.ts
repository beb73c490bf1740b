import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [token, url = 'http://127.0.0.1:3000/api/mcp'] = process.argv.slice(2);
if (token === undefined) throw new Error('Make a token on the settings page, and pass it to this command.');

const client = new Client({ name: 'posts', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
const headers = { authorization: `Bearer ${token}` };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));

const { tools } = await client.listTools();
console.log('tools:', tools.map(({ name }) => name).join(', '));

const created = await client.callTool({ name: 'post_create', arguments: { title: 'Hello from an agent' } });
console.log('created:', JSON.stringify(created.structuredContent));

await client.close();
