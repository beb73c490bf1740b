import { noopObserve } from '@mastra/core/tools';
import { MCPClient } from '@mastra/mcp';

const token = process.env['MCP_TOKEN'];

const client = new MCPClient({
  servers: {
    app: {
      url: new URL(process.env['MCP_URL'] ?? 'http://localhost:3000/mcp'),
      requestInit: { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } },
    },
  },
});

try {
  // Pass these to an `Agent` as `tools`. Each name has the name of the server before it.
  const { tools, errors } = await client.listToolsWithErrors();
  for (const words of Object.values(errors)) throw new Error(words);
  console.log(Object.keys(tools));

  // An agent passes its own `observe`, which traces the call.
  console.log(await tools['app_whoami']?.execute?.({}, { observe: noopObserve }));
} finally {
  await client.disconnect();
}
