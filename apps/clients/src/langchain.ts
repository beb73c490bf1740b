import { MultiServerMCPClient } from '@langchain/mcp-adapters';

const token = process.env['MCP_TOKEN'];

const client = new MultiServerMCPClient({
  mcpServers: {
    app: {
      transport: 'http',
      url: process.env['MCP_URL'] ?? 'http://localhost:3000/mcp',
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      automaticSSEFallback: false,
    },
  },
});

try {
  // Pass these to `createAgent` as `tools`.
  const tools = await client.getTools();
  console.log(tools.map(({ name }) => name));

  const whoami = tools.find(({ name }) => name === 'whoami');
  console.log(await whoami?.invoke({}));
} finally {
  await client.close();
}
