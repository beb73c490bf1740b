import { MCPServerStreamableHttp } from '@openai/agents';

const token = process.env['MCP_TOKEN'];

const server = new MCPServerStreamableHttp({
  name: 'app',
  url: process.env['MCP_URL'] ?? 'http://localhost:3000/mcp',
  requestInit: { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } },
});

try {
  // An agent takes the connected server: `new Agent({ name, mcpServers: [server] })`.
  await server.connect();
  const tools = await server.listTools();
  console.log(tools.map(({ name }) => name));

  console.log(await server.callTool('whoami', {}));
} finally {
  await server.close();
}
