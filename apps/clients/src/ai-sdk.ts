import { createMCPClient } from '@ai-sdk/mcp';

const token = process.env['MCP_TOKEN'];

const client = await createMCPClient({
  transport: {
    type: 'http',
    url: process.env['MCP_URL'] ?? 'http://localhost:3000/mcp',
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  },
});

try {
  // Pass these to `generateText` or `streamText` as `tools`.
  const tools = await client.tools();
  console.log(Object.keys(tools));

  const result = await client.callTool({ name: 'whoami', arguments: {} });
  console.log(result.content);
} finally {
  await client.close();
}
