import { createRuntime } from 'mcporter';

const token = process.env['MCP_TOKEN'];

const runtime = await createRuntime({
  servers: [
    {
      name: 'app',
      command: {
        kind: 'http',
        url: new URL(process.env['MCP_URL'] ?? 'http://localhost:3000/mcp'),
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      },
    },
  ],
});

try {
  const tools = await runtime.listTools('app');
  console.log(tools.map(({ name }) => name));

  const result = await runtime.callTool('app', 'whoami', { args: {} });
  console.log(result);
} finally {
  await runtime.close();
}
